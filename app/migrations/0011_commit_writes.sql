-- Up Migration

-- Checked at each change of a balance: one bit of any sum outside 0 … 9007199254740991 shows in all of them together.
alter table ledger_accounts
  drop constraint ledger_accounts_debits_posted_check,
  drop constraint ledger_accounts_credits_posted_check,
  drop constraint ledger_accounts_debits_pending_check,
  drop constraint ledger_accounts_credits_pending_check,
  add constraint ledger_accounts_sums check (
    (debits_posted | credits_posted | debits_pending | credits_pending) between 0 and 9007199254740991
  );

-- What is wrong with the writes of a group, judged one by one in their order as if each came alone: a row for each that an
-- account refuses. The accounts are locked by the caller. Parallel arrays with an element for each entry; kinds as in
-- commit_writes.
create function judge_entries(
  items integer[],
  livemodes boolean[],
  accounts text[],
  currencies text[],
  kinds smallint[],
  amounts bigint[]
) returns table (item integer, reason text, detail text)
  language plpgsql stable
  set search_path = public, pg_temp
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  -- By the account's rank among the accounts, with the writes so far.
  available bigint[];
  floors bigint[];
  tops bigint[];
  found record;
  place integer;
begin
  select
    array_agg(available_of(a) order by a.id),
    array_agg(-a.overdraft order by a.id),
    array_agg(greatest(a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending) order by a.id)
  into available, floors, tops
  from ledger_accounts a where a.id = any (accounts);

  <<writes>>
  for found in
    with ranked as materialized (
      select a.id, a.livemode, a.type, a.currency, a.status, row_number() over (order by a.id)::integer as place
      from ledger_accounts a where a.id = any (accounts)
    ), per_account as (
      select
        e.item, e.account, r.place, r.status, min(e.position) as position,
        r.id is null or bool_or(r.livemode <> e.livemode) as missing,
        bool_or(r.currency <> e.currency) as mismatched,
        sum(abs(e.amount)) as volume,
        sum(signed_change(is_debit_normal(r.type), e.kind, e.amount))::bigint as change
      from unnest(items, livemodes, accounts, currencies, kinds, amounts)
        with ordinality as e (item, livemode, account, currency, kind, amount, position)
      left join ranked r on r.id = e.account collate "C"
      group by e.item, e.account, r.id, r.place, r.status
    )
    select
      p.item,
      array_agg(p.account order by p.position) as accounts,
      array_agg(p.place order by p.position) as places,
      array_agg(p.change order by p.position) as changes,
      array_agg(p.volume order by p.position) as volumes,
      array_agg(
        case when p.missing then 'account_missing' when p.status <> 'open' then 'account_closed'
          when p.mismatched then 'currency_mismatch' end
        order by p.position) as reasons
    from per_account p group by p.item order by p.item
  loop
    for n in 1 .. cardinality(found.accounts) loop
      reason := found.reasons[n];
      if reason is not null then
        item := found.item;
        detail := found.accounts[n];
        return next;
        continue writes;
      end if;
    end loop;
    for n in 1 .. cardinality(found.accounts) loop
      place := found.places[n];
      if found.changes[n] < 0 and available[place] + found.changes[n] < floors[place] then
        reason := 'insufficient_funds';
      elsif tops[place] + found.volumes[n] > 9007199254740991 then
        reason := 'balance_overflow';
      end if;
      if reason is not null then
        item := found.item;
        detail := found.accounts[n];
        return next;
        continue writes;
      end if;
    end loop;
    for n in 1 .. cardinality(found.accounts) loop
      place := found.places[n];
      available[place] := available[place] + found.changes[n];
      tops[place] := tops[place] + found.volumes[n];
    end loop;
  end loop;
end
$$;
revoke execute on function judge_entries from public;

-- What commit_writes does with the rows of a kind: functions of the kind's own, so that their plans are kept. A kind that
-- make_object_kind makes needs these too.
create procedure make_object_writers(kind text) language plpgsql as $$
begin
  execute format($function$
    create procedure %2$I(ids text[], livemodes boolean[], moments timestamptz[], texts text[])
    language plpgsql as $body$
    begin
      insert into %1$I (id, livemode, version, created, data)
      select o.id, o.livemode, 1, o.moment, o.data::jsonb
      from unnest(ids, livemodes, moments, texts) as o (id, livemode, moment, data);
    end
    $body$
  $function$, kind, 'create_' || kind);
  -- How many had the version before the one that the change makes?
  execute format($function$
    create function %2$I(ids text[], versions integer[], texts text[]) returns integer language plpgsql as $body$
    declare
      done integer;
    begin
      update %1$I t set version = o.version, data = o.data::jsonb
      from unnest(ids, versions, texts) as o (id, version, data)
      where t.id = any (array[o.id]) and t.version = o.version - 1;
      get diagnostics done = row_count;
      return done;
    end
    $body$
  $function$, kind, 'change_' || kind);
  execute format($function$
    create function %2$I(ids text[], versions integer[]) returns table (id text) language plpgsql as $body$
    begin
      return query
      select o.id from unnest(ids, versions) as o (id, version)
      left join %1$I t on t.id = any (array[o.id])
      where t.version is distinct from o.version - 1;
    end
    $body$
  $function$, kind, 'stale_' || kind);
end
$$;

do $$
declare
  kind text;
begin
  foreach kind in array array['customers', 'disputes', 'erasures', 'experiments', 'exports', 'flag_segments', 'flags',
                              'payment_methods', 'payments', 'payouts', 'reconciliations', 'refunds', 'webhook_endpoints'] loop
    call make_object_writers(kind);
  end loop;
end
$$;

-- What of an account can change, as commit_writes is told of it. Compared whole, and not by a version: also a change by the
-- version of the service before this one, or by an erasure, is noticed.
create function settings_of(a ledger_accounts) returns jsonb
  language sql immutable
  return jsonb_build_object('n', a.name, 's', a.status, 'r', a.overdraft, 'x', a.metadata);

-- Commits a group of writes as `commit_group` did, for less: lists come as arrays (which are not parsed), each account is
-- looked up once, and nothing is judged singly while all is well. `commit_group` stays for the version of the
-- service before this one, which may still be at work.
--
-- All or nothing: either every write is done and no row is returned; or nothing is done, and a row tells of each write that
-- has to be refused. The caller then sends the others again. A row of item 0 and the reason `careful` says that some account
-- may fall short: the caller sends all of them again with `careful`, and they are judged one by one, in order.
--
-- Locks are taken in one order by everybody (keys, objects by kind and id, accounts by id, a chain), so groups of several
-- connections and instances wait for each other but do not deadlock. The caller sees to it that no two writes of one group
-- have the same key or change the same object or account, and that lists are in that order.
--
-- Lists are parallel arrays; livemodes, actors and requests have an element for each write, `item` is a write's number
-- from 1:
--   keys          taken: item, key, fingerprint, and the answer (status, body, subject) or (status 0) the object that is
--                 worked on
--   completions   answers to keys that were claimed before
--   openings      accounts opened or changed, JSON: [{i, id, n: name, y: type, q: currency, s: status, r: overdraft,
--                 u: customer, x: metadata, c: created (milliseconds), b: the settings {n, s, r, x} that a change was
--                 decided upon; none for one that is opened}, …]
--   changes       kinds in order and how many rows each has; rows by id: item, id, the version that the change makes, data
--   creations     likewise: id, mode, moment of creation, data
--   accounts      those that entries touch, by id, once for each mode and currency: id, mode, currency, number of entries,
--                 their sums (debits and credits, posted and pending), the sum of what takes from the account if it is of a
--                 debit-normal or of a credit-normal type (zero or below), and the sum of amounts whatever their sign
--   transactions  item, id, type, currency, object, description, metadata, moment of creation
--   entries       item, places in `accounts` and `transactions`, kind (0 posted debit, 1 posted credit, 2 pending debit, 3 pending
--                 credit), amount, the how manieth of its account within the group, posted debits less posted credits of
--                 its account within the group up to it
--   events        item, id, type, object, version, moment, data
create function commit_writes(
  careful boolean,
  livemodes boolean[],
  actors text[],
  requests text[],
  key_items integer[],
  key_names text[],
  key_fingerprints text[],
  key_statuses smallint[],
  key_bodies text[],
  key_objects text[],
  key_subjects text[],
  completion_items integer[],
  completion_keys text[],
  completion_statuses smallint[],
  completion_bodies text[],
  completion_subjects text[],
  openings json,
  change_kinds text[],
  change_counts integer[],
  change_items integer[],
  change_ids text[],
  change_versions integer[],
  change_texts text[],
  creation_kinds text[],
  creation_counts integer[],
  creation_ids text[],
  creation_livemodes boolean[],
  creation_moments timestamptz[],
  creation_texts text[],
  account_ids text[],
  account_livemodes boolean[],
  account_currencies text[],
  account_entries integer[],
  account_debits_posted bigint[],
  account_credits_posted bigint[],
  account_debits_pending bigint[],
  account_credits_pending bigint[],
  account_takes_debit_normal bigint[],
  account_takes_credit_normal bigint[],
  account_volumes bigint[],
  transaction_items integer[],
  transaction_ids text[],
  transaction_types text[],
  transaction_currencies text[],
  transaction_objects text[],
  transaction_descriptions text[],
  transaction_metadata text[],
  transaction_moments timestamptz[],
  entry_items integer[],
  entry_accounts integer[],
  entry_transactions integer[],
  entry_kinds smallint[],
  entry_amounts bigint[],
  entry_positions integer[],
  entry_runnings bigint[],
  event_items integer[],
  event_ids text[],
  event_types text[],
  event_objects text[],
  event_versions integer[],
  event_moments timestamptz[],
  event_texts text[]
) returns table (item integer, reason text, detail text)
  language plpgsql
  security definer
  set search_path = public, pg_temp
  -- The tables grow from nothing to millions of rows under one cached plan: let it be the one that scales, which finds each
  -- of the group's few rows by an index and never reads a table or an index as a whole. `t.id = any (array[m.id])` says the
  -- same as `t.id = m.id`, but leaves the planner no other way: while a table is small, it would read its index in order.
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  done integer;
  first integer;
  slice_ids text[];
  slice_versions integer[];
  slice_livemodes boolean[];
  slice_moments timestamptz[];
  slice_texts text[];
  judged boolean := false;
  broken text;
  -- Of the accounts, by place: how many entries, and what balance, each has before the group.
  numbers bigint[];
  balances bigint[];
  debit_normal boolean[];
  block record;
  moment timestamptz;
  transaction_lines text;
  entry_lines text;
  event_lines text;
begin
  begin
    -- Whoever inserts a key first has it; others wait here for that commit and then fail. `on conflict do nothing` would look
    -- each key up twice and write its row twice.
    if cardinality(key_items) > 0 then
      insert into idempotency_keys (livemode, key, fingerprint, status, body, object, subject)
      select livemodes[k.item], k.name, k.fingerprint, nullif(k.status, 0), k.body, k.object, k.subject
      from unnest(key_items, key_names, key_fingerprints, key_statuses, key_bodies, key_objects, key_subjects)
        as k (item, name, fingerprint, status, body, object, subject);
    end if;

    -- Keys that were claimed before get their answers, unless somebody else has given them one.
    if cardinality(completion_items) > 0 then
      update idempotency_keys t set status = k.status, body = k.body, subject = k.subject
      from unnest(completion_items, completion_keys, completion_statuses, completion_bodies, completion_subjects)
        as k (item, key, status, body, subject)
      where t.livemode = any (array[livemodes[k.item]]) and t.key = any (array[k.key]) and t.status is null;
      get diagnostics done = row_count;
      if done < cardinality(completion_items) then
        raise exception using errcode = 'SR001';
      end if;
    end if;

    -- Each object must have the version that the write was decided upon.
    first := 1;
    for n in 1 .. coalesce(cardinality(change_kinds), 0) loop
      slice_ids := change_ids[first : first + change_counts[n] - 1];
      slice_versions := change_versions[first : first + change_counts[n] - 1];
      slice_texts := change_texts[first : first + change_counts[n] - 1];
      if change_kinds[n] = 'payments' then
        -- The kind that changes most: said by name, its call is planned once.
        done := change_payments(slice_ids, slice_versions, slice_texts);
      else
        execute format('select %I($1, $2, $3)', 'change_' || change_kinds[n]) into done
        using slice_ids, slice_versions, slice_texts;
      end if;
      if done < change_counts[n] then
        raise exception using errcode = 'SR001';
      end if;
      first := first + change_counts[n];
    end loop;

    first := 1;
    for n in 1 .. coalesce(cardinality(creation_kinds), 0) loop
      slice_ids := creation_ids[first : first + creation_counts[n] - 1];
      slice_livemodes := creation_livemodes[first : first + creation_counts[n] - 1];
      slice_moments := creation_moments[first : first + creation_counts[n] - 1];
      slice_texts := creation_texts[first : first + creation_counts[n] - 1];
      if creation_kinds[n] = 'payments' then
        call create_payments(slice_ids, slice_livemodes, slice_moments, slice_texts);
      else
        execute format('call %I($1, $2, $3, $4)', 'create_' || creation_kinds[n])
        using slice_ids, slice_livemodes, slice_moments, slice_texts;
      end if;
      first := first + creation_counts[n];
    end loop;

    if openings is not null then
      insert into ledger_accounts (id, livemode, name, type, currency, overdraft, customer, metadata, created)
      select a.id, livemodes[a.i], a.n, a.y, a.q, a.r, a.u, a.x, to_timestamp(a.c / 1000.0)
      from json_to_recordset(openings)
        as a (i integer, id text, n text, y text, q text, r bigint, u text, x jsonb, c bigint, b jsonb)
      where a.b is null;
      -- Each account must have the settings that the change was decided upon.
      update ledger_accounts t set name = a.n, status = a.s, overdraft = a.r, metadata = a.x
      from json_to_recordset(openings) as a (i integer, id text, n text, s text, r bigint, x jsonb, b jsonb)
      where t.id = any (array[a.id]) and t.livemode = livemodes[a.i] and settings_of(t) = a.b;
      get diagnostics done = row_count;
      if done < (select count(*) from json_to_recordset(openings) as a (b jsonb) where a.b is not null) then
        raise exception using errcode = 'SR001';
      end if;
    end if;

    if cardinality(account_ids) > 0 then
      if careful then
        perform from ledger_accounts a where a.id = any (account_ids) order by a.id for update;
        return query
        select j.item, j.reason, j.detail
        from (
          select array_agg(e.item order by e.position) as items,
            array_agg(livemodes[e.item] order by e.position) as livemodes,
            array_agg(account_ids[e.account] order by e.position) as accounts,
            array_agg(account_currencies[e.account] order by e.position) as currencies
          from unnest(entry_items, entry_accounts) with ordinality as e (item, account, position)
        ) e
        cross join lateral judge_entries(e.items, e.livemodes, e.accounts, e.currencies, entry_kinds, entry_amounts) j;
        judged := true;
        if found then
          raise exception using errcode = 'SR001';
        end if;
      end if;
      -- Were every write that takes money done before every write that gives some, would any account fall short? Rarely.
      with moved as (
        update ledger_accounts a set
          debits_posted = a.debits_posted + m.debits_posted,
          credits_posted = a.credits_posted + m.credits_posted,
          debits_pending = a.debits_pending + m.debits_pending,
          credits_pending = a.credits_pending + m.credits_pending,
          entries = a.entries + m.entries
        from unnest(
          account_ids, account_livemodes, account_currencies, account_entries, account_debits_posted,
          account_credits_posted, account_debits_pending, account_credits_pending, account_takes_debit_normal,
          account_takes_credit_normal, account_volumes
        ) with ordinality as m (
          id, livemode, currency, entries, debits_posted, credits_posted, debits_pending, credits_pending,
          takes_debit_normal, takes_credit_normal, volume, place
        )
        where a.id = any (array[m.id]) and a.livemode = m.livemode and a.currency = m.currency and a.status = 'open'
          and (careful or (
            (a.overdraft is null or a.overdraft + available_of(a)
              + case when is_debit_normal(a.type) then m.takes_debit_normal else m.takes_credit_normal end >= 0)
            and greatest(a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending) + m.volume
              <= 9007199254740991
          ))
        returning m.place, a.entries - m.entries as number, is_debit_normal(a.type) as debit_normal,
          balance_of(a) + case when is_debit_normal(a.type) then m.credits_posted - m.debits_posted
            else m.debits_posted - m.credits_posted end as balance
      )
      select array_agg(v.number order by v.place), array_agg(v.balance order by v.place),
        array_agg(v.debit_normal order by v.place)
      into numbers, balances, debit_normal
      from moved v;
      if numbers is null or cardinality(numbers) < cardinality(account_ids) then
        raise exception using errcode = 'SR001';
      end if;
    end if;

    if cardinality(transaction_items) > 0 or cardinality(event_items) > 0 then
      -- Any chain that nobody else extends at this moment; when all are taken, wait for one.
      select c.id, c.height + 1 as height, c.hash into block
      from audit_chains c order by c.id for update skip locked limit 1;
      if block.id is null then
        select c.id, c.height + 1 as height, c.hash into block
        from audit_chains c where c.id = pg_backend_pid() % 8 for update;
      end if;
      moment := clock_timestamp();
    end if;

    if cardinality(transaction_items) > 0 then
      with added as (
        insert into ledger_transactions
          (id, livemode, type, currency, object, description, metadata, created, posted, chain, height)
        select t.id, livemodes[t.item], t.type, t.currency, t.object, t.description, t.metadata::jsonb, t.created,
          moment, block.id, block.height
        from unnest(
          transaction_items, transaction_ids, transaction_types, transaction_currencies, transaction_objects,
          transaction_descriptions, transaction_metadata, transaction_moments
        ) as t (item, id, type, currency, object, description, metadata, created)
        returning id, audit_line(ledger_transactions) as line
      )
      select string_agg(line, E'\n' order by id) into transaction_lines from added;

      with added as (
        insert into ledger_entries (account, sequence, transaction, direction, layer, amount, currency, balance, posted)
        select
          account_ids[e.account],
          numbers[e.account] + e.position,
          transaction_ids[e.transaction],
          case when e.kind in (0, 2) then 'debit'::ledger_direction else 'credit'::ledger_direction end,
          case when e.kind < 2 then 'posted'::ledger_layer else 'pending'::ledger_layer end,
          e.amount,
          account_currencies[e.account],
          balances[e.account] + case when debit_normal[e.account] then e.running else -e.running end,
          moment
        from unnest(entry_accounts, entry_transactions, entry_kinds, entry_amounts, entry_positions, entry_runnings)
          as e (account, transaction, kind, amount, position, running)
        returning account, sequence, audit_line(ledger_entries) as line
      )
      select string_agg(line, E'\n' order by account, sequence) into entry_lines from added;
    end if;

    if cardinality(event_items) > 0 then
      with added as (
        insert into events
          (id, livemode, type, object, version, created, data, digest, actor, request, chain, height, position)
        select e.id, livemodes[e.item], e.type, e.object, e.version, e.created, e.data::json,
          sha256(convert_to(e.data, 'UTF8')), actors[e.item], requests[e.item], block.id, block.height, e.position
        from unnest(event_items, event_ids, event_types, event_objects, event_versions, event_moments, event_texts)
          with ordinality as e (item, id, type, object, version, created, data, position)
        returning position, audit_line(events) as line
      )
      select string_agg(line, E'\n' order by position) into event_lines from added;
    end if;

    if moment is not null then
      with sealed as (
        insert into audit_blocks (chain, height, previous, hash, committed)
        values (
          block.id, block.height, block.hash,
          sha256(block.hash || convert_to(concat_ws(E'\n', transaction_lines, entry_lines, event_lines), 'UTF8')), moment
        )
        returning height, hash
      )
      update audit_chains c set height = sealed.height, hash = sealed.hash from sealed where c.id = block.id;
    end if;
    return;
  exception
    -- All is as it was before.
    when sqlstate 'SR001' then
      null;
    when unique_violation then
      get stacked diagnostics broken = constraint_name;
      if broken <> 'idempotency_keys_pkey' then
        raise;
      end if;
  end;

  if not judged then
    return query
    select k.item, 'key_taken', null::text
    from unnest(key_items, key_names) as k (item, name)
    where exists (
      select from idempotency_keys t
      where t.livemode = any (array[livemodes[k.item]]) and t.key = any (array[k.name])
    )
    union all
    select k.item, 'key_taken', null
    from unnest(completion_items, completion_keys) as k (item, key)
    where not exists (
      select from idempotency_keys t
      where t.livemode = any (array[livemodes[k.item]]) and t.key = any (array[k.key]) and t.status is null
    );
    judged := found;
    first := 1;
    for n in 1 .. coalesce(cardinality(change_kinds), 0) loop
      for detail in execute format('select id from %I($1, $2)', 'stale_' || change_kinds[n])
        using change_ids[first : first + change_counts[n] - 1], change_versions[first : first + change_counts[n] - 1]
      loop
        item := change_items[array_position(change_ids, detail)];
        reason := 'conflict';
        return next;
        judged := true;
      end loop;
      first := first + change_counts[n];
    end loop;
    for item, detail in
      select a.i, a.id
      from json_to_recordset(openings) as a (i integer, id text, b jsonb)
      left join ledger_accounts t on t.id = any (array[a.id]) and t.livemode = livemodes[a.i]
      where a.b is not null and (t.id is null or settings_of(t) <> a.b)
    loop
      reason := 'conflict';
      return next;
      judged := true;
    end loop;
    if not judged then
      -- Nothing but the accounts is left; or what stood in the way has gone by now.
      return query select 0, 'careful', null::text;
    end if;
  end if;
end
$$;

revoke execute on function commit_writes from public;
grant execute on function commit_writes to strongroom_service;

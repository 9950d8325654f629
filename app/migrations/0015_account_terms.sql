-- Up Migration

-- `commit_group` and what it alone called stayed for the version of the service that called it.
drop function commit_group;
do $$
declare
  kind text;
begin
  foreach kind in array array['customers', 'disputes', 'erasures', 'experiments', 'exports', 'flag_segments', 'flags',
                              'payment_methods', 'payments', 'payouts', 'reconciliations', 'refunds', 'webhook_endpoints'] loop
    execute format('drop procedure %I (json, boolean[], smallint[])', 'create_' || kind);
    execute format('drop procedure %I (json, smallint[])', 'change_' || kind);
    execute format('drop function %I (json)', 'stale_' || kind);
  end loop;
end
$$;

-- Every statement that changes a row of a table reads and compiles the table's checks anew, which costs a group of transfers
-- as much as several of them. What an account is, is therefore checked when it is opened or changed, and not with each of
-- its balances.
alter table ledger_accounts
  drop constraint ledger_accounts_type_check,
  drop constraint ledger_accounts_currency_check,
  drop constraint ledger_accounts_status_check,
  drop constraint ledger_accounts_overdraft_check;

create function check_account_terms() returns trigger language plpgsql as $$
begin
  if new.type not in ('asset', 'liability', 'equity', 'revenue', 'expense') or new.currency !~ '^[a-z]{3}$'
    or new.status not in ('open', 'closed') or new.overdraft < 0 then
    raise exception 'account % cannot be of type %, currency %, status %, overdraft %',
      new.id, new.type, new.currency, new.status, new.overdraft using errcode = 'check_violation';
  end if;
  return null;
end
$$;
create trigger ledger_accounts_terms after insert or update of type, currency, status, overdraft on ledger_accounts
  for each row execute function check_account_terms();

-- As before, but elements of arrays are taken by their numbers: to unnest arrays side by side, PostgreSQL makes a table of
-- each first.
create or replace function commit_writes(
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
      select livemodes[key_items[n]], key_names[n], key_fingerprints[n], nullif(key_statuses[n], 0), key_bodies[n],
        key_objects[n], key_subjects[n]
      from generate_series(1, cardinality(key_items)) as n;
    end if;

    -- Keys that were claimed before get their answers, unless somebody else has given them one.
    if cardinality(completion_items) > 0 then
      update idempotency_keys t
      set status = completion_statuses[n], body = completion_bodies[n], subject = completion_subjects[n]
      from generate_series(1, cardinality(completion_items)) as n
      where t.livemode = any (array[livemodes[completion_items[n]]]) and t.key = any (array[completion_keys[n]])
        and t.status is null;
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
          debits_posted = a.debits_posted + account_debits_posted[n],
          credits_posted = a.credits_posted + account_credits_posted[n],
          debits_pending = a.debits_pending + account_debits_pending[n],
          credits_pending = a.credits_pending + account_credits_pending[n],
          entries = a.entries + account_entries[n]
        from generate_series(1, cardinality(account_ids)) as n
        where a.id = any (array[account_ids[n]]) and a.livemode = account_livemodes[n]
          and a.currency = account_currencies[n] and a.status = 'open'
          and (careful or (
            (a.overdraft is null or a.overdraft + available_of(a) + case when is_debit_normal(a.type)
              then account_takes_debit_normal[n] else account_takes_credit_normal[n] end >= 0)
            and greatest(a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending) + account_volumes[n]
              <= 9007199254740991
          ))
        returning n as place, a.entries - account_entries[n] as number, is_debit_normal(a.type) as debit_normal,
          balance_of(a) + case when is_debit_normal(a.type) then account_credits_posted[n] - account_debits_posted[n]
            else account_debits_posted[n] - account_credits_posted[n] end as balance
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
        select transaction_ids[n], livemodes[transaction_items[n]], transaction_types[n], transaction_currencies[n],
          transaction_objects[n], transaction_descriptions[n], transaction_metadata[n]::jsonb, transaction_moments[n],
          moment, block.id, block.height
        from generate_series(1, cardinality(transaction_items)) as n
        returning id, audit_line(ledger_transactions) as line
      )
      select string_agg(line, E'\n' order by id) into transaction_lines from added;

      with added as (
        insert into ledger_entries (account, sequence, transaction, direction, layer, amount, currency, balance, posted)
        select
          account_ids[entry_accounts[n]],
          numbers[entry_accounts[n]] + entry_positions[n],
          transaction_ids[entry_transactions[n]],
          case when entry_kinds[n] in (0, 2) then 'debit'::ledger_direction else 'credit'::ledger_direction end,
          case when entry_kinds[n] < 2 then 'posted'::ledger_layer else 'pending'::ledger_layer end,
          entry_amounts[n],
          account_currencies[entry_accounts[n]],
          balances[entry_accounts[n]]
            + case when debit_normal[entry_accounts[n]] then entry_runnings[n] else -entry_runnings[n] end,
          moment
        from generate_series(1, cardinality(entry_accounts)) as n
        returning account, sequence, audit_line(ledger_entries) as line
      )
      select string_agg(line, E'\n' order by account, sequence) into entry_lines from added;
    end if;

    if cardinality(event_items) > 0 then
      with added as (
        insert into events
          (id, livemode, type, object, version, created, data, digest, actor, request, chain, height, position)
        select event_ids[n], livemodes[event_items[n]], event_types[n], event_objects[n], event_versions[n],
          event_moments[n], event_texts[n]::json, sha256(convert_to(event_texts[n], 'UTF8')), actors[event_items[n]],
          requests[event_items[n]], block.id, block.height, n
        from generate_series(1, cardinality(event_items)) as n
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

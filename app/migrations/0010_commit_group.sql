-- Up Migration

-- What an entry changes of what is available in an account: posted money on the account's normal side raises it; on the
-- other side, posted or held, lowers it. What is held for it is not there yet.
create function signed_change(debit_normal boolean, kind smallint, amount bigint) returns bigint
  language sql immutable parallel safe
  return case
    when kind < 2 then case when (kind = 0) = debit_normal then amount else -amount end
    when (kind = 3) = debit_normal then -amount
    else 0
  end;

-- Commits a group of writes: each whole or not at all, each as if it came alone in the order of the group. Returns a row
-- for each write that is refused; the others are done.
--
-- Locks are taken in one order by everybody (keys, objects by kind and id, accounts by id, a chain), so groups of several
-- connections and instances wait for each other but do not deadlock. The caller sees to it that no two writes of one group
-- have the same key or change the same object.
--
-- Writes are numbered from 1. Lists are parallel arrays or JSON arrays, `i` (or `item`) being the write's number:
--   keys          {i, k: key, f: fingerprint, s: status, b: body, o: object, u: subject}
--   completions   {i, k: key, s: status, b: body, u: subject}: answers to keys that were claimed before
--   accounts      {i, id, n: name, y: type, q: currency, s: status, r: overdraft, u: customer, x: metadata, c: created}
--   creations     {kind: [{i, id, c: created, d: data}, …]}, kinds and ids in order
--   changes       {kind: [{i, id, v: version, d: data}, …]}, kinds and ids in order; a change makes version v of v - 1
--   transactions  {i, id, y: type, q: currency, o: object, d: description, x: metadata, c: created}
--   events        {i, id, y: type, o: object, v: version, c: created, d: data}
--   entries       number of the write, transaction, account, currency, kind (0 posted debit, 1 posted credit,
--                 2 pending debit, 3 pending credit), amount
create function commit_group(
  livemodes boolean[],
  actors text[],
  requests text[],
  keys json,
  completions json,
  accounts json,
  creations json,
  changes json,
  transactions json,
  events json,
  entry_items integer[],
  entry_transactions text[],
  entry_accounts text[],
  entry_currencies text[],
  entry_kinds smallint[],
  entry_amounts bigint[]
) returns table (item integer, reason text, detail text)
  language plpgsql
  security definer
  set search_path = public, pg_temp
  -- The tables grow from nothing to millions of rows under one cached plan: let it be the one that scales, which finds each
  -- of the group's few rows by an index and never reads a table or an index as a whole.
  set enable_seqscan = off
  set enable_hashjoin = off
  set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  -- 0: fine so far; else an index of `reasons`.
  verdicts smallint[] := array_fill(0::smallint, array[cardinality(livemodes)]);
  details text[] := array_fill(null::text, array[cardinality(livemodes)]);
  reasons constant text[] := array['key_taken', 'conflict', 'account_missing', 'account_closed', 'currency_mismatch',
                                   'insufficient_funds', 'balance_overflow'];
  refused boolean := false;
  kind text;
  rows json;
  done integer;
  found record;
  doubtful boolean;
  available bigint[];
  floors bigint[];
  moment timestamptz;
  block record;
  lines text;
  transaction_lines text;
  entry_lines text;
  event_lines text;
begin
  -- Keys: whoever inserts one first has it; others wait here for that commit and then find it taken.
  if keys is not null then
    insert into idempotency_keys (livemode, key, fingerprint, status, body, object, subject)
    select livemodes[k.i], k.k, k.f, k.s, k.b, k.o, k.u
    from json_to_recordset(keys) as k (i integer, k text, f text, s smallint, b text, o text, u text)
    order by k.k collate "C"
    on conflict do nothing;
    get diagnostics done = row_count;
    if done < json_array_length(keys) then
      -- What this transaction did not insert was there before.
      for found in
        select k.i from json_to_recordset(keys) as k (i integer, k text)
        where not exists (
          select from idempotency_keys t
          where t.livemode = livemodes[k.i] and t.key = k.k and t.xmin = pg_current_xact_id()::xid
        )
      loop
        verdicts[found.i] := 1;
        refused := true;
      end loop;
    end if;
  end if;

  -- Keys that were claimed before get their answers, unless somebody else has given them one.
  if completions is not null then
    for found in
      with k as materialized (
        select * from json_to_recordset(completions) as k (i integer, k text, s smallint, b text, u text)
      ), completed as (
        update idempotency_keys t set status = open.s, body = open.b, subject = open.u
        from (
          -- Each looked up by itself, however small the table seems to be when this is planned.
          select k.*, o.ctid as place
          from k cross join lateral (
            select o.ctid from idempotency_keys o
            where o.livemode = livemodes[k.i] and o.key = k.k and o.status is null for update
          ) o
        ) open
        where t.ctid = open.place
        returning open.i
      )
      select k.i from k where not exists (select from completed where completed.i = k.i)
    loop
      verdicts[found.i] := 1;
      refused := true;
    end loop;
  end if;

  -- Objects: each must have the version that the write was decided upon.
  if changes is not null then
    for kind, rows in select * from json_each(changes) loop
      for found in execute format('select i, id from %I($1)', 'stale_' || kind) using rows loop
        if verdicts[found.i] = 0 then
          verdicts[found.i] := 2;
          details[found.i] := found.id;
          refused := true;
        end if;
      end loop;
    end loop;
  end if;

  if accounts is not null then
    insert into ledger_accounts (id, livemode, name, type, currency, overdraft, customer, metadata, created)
    select a.id, livemodes[a.i], a.n, a.y, a.q, a.r, a.u, a.x, to_timestamp(a.c / 1000.0)
    from json_to_recordset(accounts)
      as a (i integer, id text, n text, y text, q text, s text, r bigint, u text, x jsonb, c bigint)
    where verdicts[a.i] = 0
    order by a.id
    on conflict (id) do nothing;
    update ledger_accounts t set name = a.n, status = a.s, overdraft = a.r, metadata = a.x
    from json_to_recordset(accounts) as a (i integer, id text, n text, s text, r bigint, x jsonb)
    where verdicts[a.i] = 0 and t.id = a.id
      and (t.name, t.status, t.overdraft, t.metadata) is distinct from (a.n, a.s, a.r, a.x);
  end if;

  -- Accounts: locked, then judged. First all at once: were every write that takes money done before every write that gives
  -- some, would any account fall short? Rarely; then the writes are judged one by one, in order.
  if cardinality(entry_items) > 0 then
    select coalesce(bool_or(lowest < -overdraft or top > 9007199254740991), false)
      or coalesce(sum(entries), 0) < cardinality(entry_items)
    into doubtful
    from (
      select
        count(*) as entries,
        a.overdraft,
        a.available + sum(least(signed_change(is_debit_normal(a.type), e.kind, e.amount), 0)) as lowest,
        greatest(a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending) + sum(abs(e.amount)) as top
      from (
        select *, available_of(l) as available
        from ledger_accounts l where l.id = any (entry_accounts) order by l.id for update
      ) a
      join unnest(entry_items, entry_accounts, entry_currencies, entry_kinds, entry_amounts)
        as e (item, account, currency, kind, amount) on e.account collate "C" = a.id
      where a.livemode = livemodes[e.item] and a.status = 'open' and a.currency = e.currency
      group by a.id, a.overdraft, a.available, a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending
    ) per_account;

    if doubtful then
      for found in
        select e.item, e.account, a.id is null or a.livemode <> livemodes[e.item] as missing, a.status
        from unnest(entry_items, entry_accounts, entry_currencies) as e (item, account, currency)
        left join ledger_accounts a on a.id = e.account
        where a.id is null or a.livemode <> livemodes[e.item] or a.status <> 'open' or a.currency <> e.currency
      loop
        if verdicts[found.item] = 0 then
          verdicts[found.item] := case when found.missing then 3 when found.status <> 'open' then 4 else 5 end;
          details[found.item] := found.account;
          refused := true;
        end if;
      end loop;

      -- available and floors are indexed by the account's rank among the group's accounts.
      declare
        tops bigint[];
        place integer;
        short integer;
      begin
        select
          array_agg(available_of(a) order by a.id),
          array_agg(-a.overdraft order by a.id),
          array_agg(greatest(a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending) order by a.id)
        into available, floors, tops
        from ledger_accounts a where a.id = any (entry_accounts);

        for found in
          with ranked as (
            select a.id, a.type, row_number() over (order by a.id)::integer as place
            from ledger_accounts a where a.id = any (entry_accounts)
          ), per_write as (
            select e.item, r.place, r.id, sum(abs(e.amount))::bigint as volume,
              sum(signed_change(is_debit_normal(r.type), e.kind, e.amount))::bigint as change
            from unnest(entry_items, entry_accounts, entry_kinds, entry_amounts) as e (item, account, kind, amount)
            join ranked r on r.id = e.account
            group by e.item, r.place, r.id
          )
          select p.item, array_agg(p.place order by p.place) as places, array_agg(p.id order by p.place) as ids,
            array_agg(p.change order by p.place) as changes, array_agg(p.volume order by p.place) as volumes
          from per_write p group by p.item order by p.item
        loop
          continue when verdicts[found.item] <> 0;
          short := 0;
          for n in 1 .. cardinality(found.places) loop
            place := found.places[n];
            if found.changes[n] < 0 and available[place] + found.changes[n] < floors[place] then
              short := 6;
            elsif tops[place] + found.volumes[n] > 9007199254740991 then
              short := 7;
            end if;
            if short > 0 then
              verdicts[found.item] := short;
              details[found.item] := found.ids[n];
              refused := true;
              exit;
            end if;
          end loop;
          continue when short > 0;
          for n in 1 .. cardinality(found.places) loop
            place := found.places[n];
            available[place] := available[place] + found.changes[n];
            tops[place] := tops[place] + found.volumes[n];
          end loop;
        end loop;
      end;
    end if;
  end if;

  -- A write that is refused leaves its key as it was.
  if refused then
    delete from idempotency_keys t using json_to_recordset(keys) as k (i integer, k text)
    where verdicts[k.i] > 1 and t.livemode = livemodes[k.i] and t.key = k.k;
    update idempotency_keys t set status = null, body = null, subject = null
    from json_to_recordset(completions) as k (i integer, k text)
    where verdicts[k.i] > 1 and t.livemode = livemodes[k.i] and t.key = k.k;
  end if;

  if transactions is not null or events is not null then
    -- Any chain that nobody else extends at this moment; when all are taken, wait for one.
    select c.id, c.height + 1 as height, c.hash into block
    from audit_chains c order by c.id for update skip locked limit 1;
    if block.id is null then
      select c.id, c.height + 1 as height, c.hash into block
      from audit_chains c where c.id = pg_backend_pid() % 8 for update;
    end if;
    moment := clock_timestamp();
  end if;

  if transactions is not null then
    with added as (
      insert into ledger_transactions
        (id, livemode, type, currency, object, description, metadata, created, posted, chain, height)
      select t.id, livemodes[t.i], t.y, t.q, t.o, t.d, t.x, to_timestamp(t.c / 1000.0), moment, block.id, block.height
      from json_to_recordset(transactions)
        as t (i integer, id text, y text, q text, o text, d text, x jsonb, c bigint)
      where verdicts[t.i] = 0
      returning id, audit_line(ledger_transactions) as line
    )
    select string_agg(line, E'\n' order by id) into transaction_lines from added;

    with added as (
      insert into ledger_entries (account, sequence, transaction, direction, layer, amount, currency, balance, posted)
      select
        e.account,
        a.entries + row_number() over w,
        e.transaction,
        case when e.kind in (0, 2) then 'debit'::ledger_direction else 'credit'::ledger_direction end,
        case when e.kind < 2 then 'posted'::ledger_layer else 'pending'::ledger_layer end,
        e.amount,
        e.currency,
        balance_of(a)
          + sum(case when e.kind > 1 then 0 when (e.kind = 0) = is_debit_normal(a.type) then e.amount else -e.amount end)
            over w,
        moment
      from unnest(entry_items, entry_transactions, entry_accounts, entry_currencies, entry_kinds, entry_amounts)
        with ordinality as e (item, transaction, account, currency, kind, amount, position)
      join ledger_accounts a on a.id = e.account
      where verdicts[e.item] = 0
      window w as (partition by e.account order by e.position)
      returning account, sequence, audit_line(ledger_entries) as line
    )
    select string_agg(line, E'\n' order by account, sequence) into entry_lines from added;

    update ledger_accounts a set
      debits_posted = a.debits_posted + e.debits_posted,
      credits_posted = a.credits_posted + e.credits_posted,
      debits_pending = a.debits_pending + e.debits_pending,
      credits_pending = a.credits_pending + e.credits_pending,
      entries = a.entries + e.entries
    from (
      select
        e.account,
        sum(case e.kind when 0 then e.amount else 0 end) as debits_posted,
        sum(case e.kind when 1 then e.amount else 0 end) as credits_posted,
        sum(case e.kind when 2 then e.amount else 0 end) as debits_pending,
        sum(case e.kind when 3 then e.amount else 0 end) as credits_pending,
        count(*) as entries
      from unnest(entry_items, entry_accounts, entry_kinds, entry_amounts) as e (item, account, kind, amount)
      where verdicts[e.item] = 0
      group by e.account
    ) e
    where a.id = e.account;
  end if;

  if creations is not null then
    for kind, rows in select * from json_each(creations) loop
      execute format('call %I($1, $2, $3)', 'create_' || kind) using rows, livemodes, verdicts;
    end loop;
  end if;
  if changes is not null then
    for kind, rows in select * from json_each(changes) loop
      execute format('call %I($1, $2)', 'change_' || kind) using rows, verdicts;
    end loop;
  end if;

  if events is not null then
    with added as (
      insert into events
        (id, livemode, type, object, version, created, data, digest, actor, request, chain, height, position)
      select e.id, livemodes[e.i], e.y, e.o, e.v, to_timestamp(e.c / 1000.0), e.d,
        sha256(convert_to(e.d::text, 'UTF8')), actors[e.i], requests[e.i], block.id, block.height, e.position
      from rows from (
        json_to_recordset(events) as (i integer, id text, y text, o text, v integer, c bigint, d json)
      ) with ordinality as e (i, id, y, o, v, c, d, position)
      where verdicts[e.i] = 0
      returning position, audit_line(events) as line
    )
    select string_agg(line, E'\n' order by position) into event_lines from added;
  end if;

  lines := concat_ws(E'\n', transaction_lines, entry_lines, event_lines);
  if lines <> '' then
    with sealed as (
      insert into audit_blocks (chain, height, previous, hash, committed)
      values (block.id, block.height, block.hash, sha256(block.hash || convert_to(lines, 'UTF8')), moment)
      returning height, hash
    )
    update audit_chains c set height = sealed.height, hash = sealed.hash from sealed where c.id = block.id;
  end if;

  if refused then
    for n in 1 .. cardinality(verdicts) loop
      if verdicts[n] > 0 then
        item := n;
        reason := reasons[verdicts[n]];
        detail := details[n];
        return next;
      end if;
    end loop;
  end if;
end
$$;

revoke execute on function commit_group from public;
grant execute on function commit_group to strongroom_service;

-- Blocks whose rows no longer give the hash that was sealed, or that do not follow from the block before. Empty: intact.
create function audit_violations() returns table (chain smallint, height bigint, problem text)
  language sql stable
  set search_path = public, pg_temp
begin atomic
  with lines as (
    select t.chain, t.height, 1 as part, t.id as place, 0::bigint as position, audit_line(t) as line from ledger_transactions t
    union all
    select t.chain, t.height, 2, e.account, e.sequence, audit_line(e)
      from ledger_entries e join ledger_transactions t on t.id = e.transaction
    union all
    select v.chain, v.height, 3, '', v.position, audit_line(v) from events v
  ), contents as (
    select l.chain, l.height, string_agg(l.line, E'\n' order by l.part, l.place, l.position) as text
    from lines l group by l.chain, l.height
  ), blocks as (
    select b.*, lag(b.hash, 1, '\x') over w as hash_before, lag(b.height, 1, 0) over w as height_before
    from audit_blocks b window w as (partition by b.chain order by b.height)
  )
  select b.chain, b.height, 'a block before this one is missing'
    from blocks b where b.height <> b.height_before + 1
  union all
  select b.chain, b.height, 'does not follow from the block before' from blocks b where b.previous <> b.hash_before
  union all
  select coalesce(b.chain, c.chain), coalesce(b.height, c.height),
      case when b.chain is null then 'rows without a block' else 'rows were changed, added or removed' end
    from blocks b full join contents c on c.chain = b.chain and c.height = b.height
    where b.hash is distinct from sha256(b.previous || convert_to(c.text, 'UTF8'))
  union all
  select a.id, a.height, 'the chain''s head is not its last block'
    from audit_chains a
    left join audit_blocks b on b.chain = a.id and b.height = a.height
    where a.height > 0 and b.hash is distinct from a.hash
      or exists (select from audit_blocks later where later.chain = a.id and later.height > a.height)
  union all
  select v.chain, v.height, 'event ' || v.id || ' was changed'
    from events v where v.data is not null and v.digest <> sha256(convert_to(v.data::text, 'UTF8'));
end;
grant execute on function audit_violations to strongroom_service;

-- Accounts whose sums differ from their entries. Empty: no drift.
create function ledger_drift() returns table (account text, column_name text, kept bigint, counted bigint)
  language sql stable
  set search_path = public, pg_temp
begin atomic
  with counted as (
    select
      a.id,
      a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending, a.entries,
      coalesce(sum(e.amount) filter (where e.direction = 'debit' and e.layer = 'posted'), 0) as debits_posted_counted,
      coalesce(sum(e.amount) filter (where e.direction = 'credit' and e.layer = 'posted'), 0) as credits_posted_counted,
      coalesce(sum(e.amount) filter (where e.direction = 'debit' and e.layer = 'pending'), 0) as debits_pending_counted,
      coalesce(sum(e.amount) filter (where e.direction = 'credit' and e.layer = 'pending'), 0) as credits_pending_counted,
      count(e.account) as entries_counted
    from ledger_accounts a left join ledger_entries e on e.account = a.id
    group by a.id
  )
  select c.id, v.name, v.kept, v.counted::bigint
  from counted c
  cross join lateral (values
    ('debits_posted', c.debits_posted, c.debits_posted_counted),
    ('credits_posted', c.credits_posted, c.credits_posted_counted),
    ('debits_pending', c.debits_pending, c.debits_pending_counted),
    ('credits_pending', c.credits_pending, c.credits_pending_counted),
    ('entries', c.entries, c.entries_counted)
  ) as v (name, kept, counted)
  where v.kept <> v.counted;
end;
grant execute on function ledger_drift to strongroom_service;

-- Number of the account's last entry that was posted at or before a moment; 0 when there is none. Entries are posted in the
-- order of their numbers, so it is found by halving.
create function entries_at(wanted text, moment timestamptz) returns bigint
  language plpgsql stable
  set search_path = public, pg_temp
as $$
declare
  low bigint := 0;
  high bigint;
  middle bigint;
begin
  select a.entries into high from ledger_accounts a where a.id = wanted;
  while low < high loop
    middle := (low + high + 1) / 2;
    if (select e.posted <= moment from ledger_entries e where e.account = wanted and e.sequence = middle) then
      low := middle;
    else
      high := middle - 1;
    end if;
  end loop;
  return low;
end
$$;
grant execute on function entries_at to strongroom_service;

-- Forgets idempotency keys that are older than the service promises to keep them; at most 10,000 at once.
create function forget_idempotency_keys(before timestamptz) returns integer
  language sql
  security definer
  set search_path = public, pg_temp
begin atomic
  with forgotten as (
    delete from idempotency_keys k
    using (
      select o.livemode, o.key from idempotency_keys o
      where o.created < before and o.created < now() - interval '24 hours' limit 10000 for update skip locked
    ) old
    where k.livemode = old.livemode and k.key = old.key
    returning 1
  )
  select count(*)::integer from forgotten;
end;
revoke execute on function forget_idempotency_keys from public;
grant execute on function forget_idempotency_keys to strongroom_service;

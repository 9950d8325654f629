-- Up Migration

-- How an endpoint fails of late; an endpoint that answers well has no row.
create table webhook_endpoint_health (
  endpoint text collate "C" primary key references webhook_endpoints,
  -- Attempts that failed, none succeeding in between.
  failures integer not null default 0,
  failing_since timestamptz,
  last_failure timestamptz,
  -- Nothing is sent before this moment; the pause doubles while the endpoint goes on failing.
  paused_until timestamptz,
  pause interval
);

-- Up to which block each chain's events have been handed to the endpoints.
create table webhook_cursors (
  chain smallint primary key references audit_chains,
  height bigint not null
) with (fillfactor = 10);
insert into webhook_cursors (chain, height) select id, height from audit_chains;

-- The queue: an event on its way to an endpoint. Of the active deliveries (pending, waiting) of one object to one
-- endpoint, the first is pending and the others wait for it. Whoever makes, finishes or revives deliveries holds the
-- queue's advisory lock, so that this is true in every snapshot; claiming needs no lock, since it changes no order.
create table webhook_deliveries (
  endpoint text collate "C" not null,
  event text collate "C" not null,
  object text collate "C" not null,
  -- Order of the object's events: its version, then the place within the block.
  version integer not null,
  position integer not null,
  state text collate "C" not null check (state in ('pending', 'waiting', 'delivered', 'dead', 'canceled')),
  attempts smallint not null default 0,
  created timestamptz not null,
  -- When to send; while a worker has it in hand, when its claim ends.
  next_attempt timestamptz not null,
  claim text,
  -- When it becomes a dead letter, whatever attempts are left.
  expires timestamptz not null,
  finished timestamptz,
  -- What happened at each attempt, oldest first.
  log jsonb not null default '[]',
  primary key (endpoint, event),
  check ((finished is null) = (state in ('pending', 'waiting')))
) with (fillfactor = 70);
create index webhook_deliveries_due on webhook_deliveries (endpoint, next_attempt) where state = 'pending';
create index webhook_deliveries_order on webhook_deliveries (endpoint, object, version, position)
  where state in ('pending', 'waiting');
create index webhook_deliveries_dead on webhook_deliveries (endpoint, event) where state = 'dead';
create index webhook_deliveries_event on webhook_deliveries (event);
create index webhook_deliveries_finished on webhook_deliveries (finished) where finished is not null;

grant select, insert, update, delete on webhook_endpoint_health, webhook_deliveries to strongroom_service;
grant select, update on webhook_cursors to strongroom_service;

-- Holds the queue until the transaction ends. What the queue does need not be durable at once: after a crash events are
-- fanned out, or sent, once more.
create function webhook_queue_lock() returns void
  language plpgsql
as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  perform pg_advisory_xact_lock(hashtext('strongroom webhook queue'));
end
$$;

-- True when an endpoint's list of types (`*`, `payment.*`, `payment.succeeded`) has the type.
create function webhook_wants(enabled_events jsonb, type text) returns boolean
  language sql immutable parallel safe
  return exists (
    select from jsonb_array_elements_text(enabled_events) as pattern
    where pattern = type or (pattern like '%*' and starts_with(type, rtrim(pattern, '*')))
  );

-- Makes deliveries of the events that were committed since the last time, and moves the cursors.
--
-- Versions of one object may stand in several chains, so what is taken of the chains must fit together: with an event, all
-- that its writer had seen. One statement (one snapshot) sees to that; where there is too much for one go, a moment does up
-- to which blocks are taken of every chain, since a later version is made after the earlier one has been committed.
--
-- moment: now. blocks: how many of a chain to take at least, if there are. keep: how long to try a delivery.
create function webhook_fan_out(moment timestamptz, blocks integer, keep interval)
  returns table (added bigint, more boolean)
  language plpgsql
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
begin
  if not exists (
    select from webhook_cursors c join audit_chains a on a.id = c.chain where a.height > c.height
  ) then
    return query select 0::bigint, false;
    return;
  end if;
  perform webhook_queue_lock();
  return query
  with chains as materialized (
    select c.chain, c.height as low, a.height as high
    from webhook_cursors c join audit_chains a on a.id = c.chain
    where a.height > c.height
  ), horizon as materialized (
    select min(latest.committed) as committed
    from chains
    cross join lateral (
      select max(b.committed) as committed from audit_blocks b
      where b.chain = chains.chain and b.height > chains.low and b.height <= chains.low + blocks
    ) latest
    where chains.high > chains.low + blocks
  ), cut as materialized (
    select chains.chain, chains.low, coalesce(
      (select b.height - 1 from audit_blocks b
       where b.chain = chains.chain and b.height > chains.low and b.height <= chains.high
         and b.committed > (select committed from horizon)
       order by b.height limit 1),
      chains.high) as high
    from chains
  ), moved as (
    update webhook_cursors c set height = cut.high from cut where c.chain = cut.chain
  ), listeners as materialized (
    select w.id, w.livemode, w.data -> 'enabled_events' as enabled_events,
      to_timestamp((w.data ->> 'enabled_since')::bigint / 1000.0) as since
    from webhook_endpoints w where w.status = 'enabled'
  ), fresh as materialized (
    select e.id, e.livemode, e.type, e.object, e.version, e.position, e.created
    from cut join events e on e.chain = cut.chain and e.height > cut.low and e.height <= cut.high
    where exists (select from listeners)
  ), wanted as materialized (
    select l.id as endpoint, l.since, t.livemode, t.type
    from (select distinct f.livemode, f.type from fresh f) t
    join listeners l on l.livemode = t.livemode and (t.type = 'ping' or webhook_wants(l.enabled_events, t.type))
  ), made as (
    insert into webhook_deliveries (endpoint, event, object, version, position, state, created, next_attempt, expires)
    select w.endpoint, f.id, f.object, f.version, f.position,
      case
        when row_number() over (partition by w.endpoint, f.object order by f.version, f.position) > 1 then 'waiting'
        when exists (
          select from webhook_deliveries d
          where d.endpoint = w.endpoint and d.object = f.object and d.state in ('pending', 'waiting')
        ) then 'waiting'
        else 'pending'
      end,
      moment, moment, moment + keep
    from fresh f
    join wanted w on w.livemode = f.livemode and w.type = f.type
    -- A ping is for the endpoint that it is about. Events from before an endpoint's time are not for it; a minute is left
    -- for clocks of several machines.
    where (f.type <> 'ping' or f.object = w.endpoint) and f.created >= w.since - interval '1 minute'
    on conflict do nothing
    returning 1
  )
  select (select count(*) from made), (select committed is not null from horizon);
end
$$;

-- Takes deliveries that are due in hand until `lease` has passed; nobody else gets them before.
--
-- total, each: how many at most, and of one endpoint. busy: {endpoint: how many of it the caller has in hand}.
create function webhook_claim(
  worker text, moment timestamptz, lease interval, total integer, each integer, trouble integer, busy jsonb,
  modes boolean[] default '{f,t}'
) returns table (
  endpoint text, endpoint_data jsonb, attempts smallint,
  id text, type text, object text, livemode boolean, created timestamptz, data text, request text
)
  language plpgsql
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  perform set_config('synchronous_commit', 'off', true);
  return query
  with due as materialized (
    select d.endpoint, d.event, w.data
    from webhook_endpoints w
    left join webhook_endpoint_health h on h.endpoint = w.id
    cross join lateral (
      select d.endpoint, d.event, d.next_attempt
      from webhook_deliveries d
      where d.endpoint = w.id and d.state = 'pending' and d.next_attempt <= moment
      order by d.next_attempt
      -- An endpoint in trouble is asked with one delivery at a time.
      limit greatest(0, case when h.failures >= trouble then 1 else each end - coalesce((busy ->> w.id)::integer, 0))
      for update of d skip locked
    ) d
    where w.status = 'enabled' and w.livemode = any(modes) and (h.paused_until is null or h.paused_until <= moment)
    order by d.next_attempt
    limit total
  ), taken as (
    update webhook_deliveries d set claim = worker, next_attempt = moment + lease
    from due
    where d.endpoint = due.endpoint and d.event = due.event
    returning d.endpoint, d.event, d.attempts, due.data as endpoint_data
  )
  select t.endpoint, t.endpoint_data, t.attempts,
    e.id, e.type, e.object, e.livemode, e.created, e.data::text, e.request
  from taken t join events e on e.id = t.event;
end
$$;

-- The next delivery of each of these objects, if there is one, may go. The caller holds the lock.
create function webhook_promote(moment timestamptz, endpoints text[], objects text[]) returns void
  language plpgsql
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
begin
  update webhook_deliveries d set state = 'pending', next_attempt = moment
  from (select distinct u.endpoint, u.object from unnest(endpoints, objects) as u (endpoint, object)) o
  cross join lateral (
    select a.event, a.state from webhook_deliveries a
    where a.endpoint = o.endpoint and a.object = o.object and a.state in ('pending', 'waiting')
    order by a.version, a.position limit 1
  ) first
  where d.endpoint = o.endpoint and d.event = first.event and first.state = 'waiting';
end
$$;

-- Writes down what became of deliveries that `worker` had in hand.
--
-- results: [{endpoint, event, state: pending|delivered|dead, next: when to try again, pause: send the endpoint nothing
-- before (null: as its failures tell), entry: for the log}], times in milliseconds since 1970.
-- trouble: after how many failures in a row an endpoint is paused, for shortest, twice that, … up to longest.
create function webhook_settle(
  worker text, moment timestamptz, results jsonb, trouble integer, shortest interval, longest interval
) returns void
  language plpgsql
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
declare
  endpoints text[];
  objects text[];
begin
  perform webhook_queue_lock();

  with settled as (
    update webhook_deliveries d
    set state = case r.state when 'pending' then d.state else r.state end,
      attempts = d.attempts + 1,
      next_attempt = coalesce(to_timestamp(r.next / 1000.0), d.next_attempt),
      claim = null,
      finished = case r.state when 'pending' then null else moment end,
      log = case when jsonb_array_length(d.log) < 20 then d.log else d.log - 0 end || r.entry
    from jsonb_to_recordset(results) as r (endpoint text, event text, state text, next bigint, entry jsonb)
    where d.endpoint = r.endpoint and d.event = r.event and d.claim = worker and d.finished is null
    returning d.endpoint, d.object, d.state
  )
  select array_agg(s.endpoint), array_agg(s.object) into endpoints, objects
  from settled s where s.state in ('delivered', 'dead');
  perform webhook_promote(moment, endpoints, objects);

  delete from webhook_endpoint_health h
  using (select distinct r.endpoint from jsonb_to_recordset(results) as r (endpoint text, state text)
         where r.state = 'delivered') good
  where h.endpoint = good.endpoint;
  insert into webhook_endpoint_health as h (endpoint, failures, failing_since, last_failure, paused_until, pause)
  select bad.endpoint, bad.failures,
    case when bad.failures > 0 then moment end, case when bad.failures > 0 then moment end,
    case when bad.failures >= trouble then greatest(moment + shortest, bad.pause) else bad.pause end,
    case when bad.failures >= trouble then shortest end
  from (
    select r.endpoint, count(*) filter (where not good) as failures, to_timestamp(max(r.pause) / 1000.0) as pause
    from (
      select r.endpoint, r.pause, bool_or(r.state = 'delivered') over (partition by r.endpoint) as good
      from jsonb_to_recordset(results) as r (endpoint text, state text, pause bigint)
    ) r
    group by r.endpoint
    having bool_and(not good) or max(r.pause) is not null
  ) bad
  on conflict (endpoint) do update set
    failures = h.failures + excluded.failures,
    failing_since = coalesce(h.failing_since, excluded.failing_since),
    last_failure = excluded.last_failure,
    pause = case when h.failures + excluded.failures >= trouble then least(coalesce(h.pause * 2, shortest), longest) end,
    paused_until = case when h.failures + excluded.failures >= trouble
      then greatest(moment + least(coalesce(h.pause * 2, shortest), longest), excluded.paused_until)
      else excluded.paused_until end;
end
$$;

-- Sends events to an endpoint (again): makes the deliveries that were not, revives those that are finished, and leaves alone
-- those that are still under way. Events that are not fanned out yet come by themselves.
create function webhook_replay(to_endpoint text, events text[], moment timestamptz, keep interval) returns bigint
  language plpgsql
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
declare
  objects text[];
begin
  perform webhook_queue_lock();

  with revived as (
    insert into webhook_deliveries as d
      (endpoint, event, object, version, position, state, created, next_attempt, expires)
    select w.id, e.id, e.object, e.version, e.position, 'waiting', moment, moment, moment + keep
    from webhook_endpoints w
    join events e on e.livemode = w.livemode
    join webhook_cursors c on c.chain = e.chain and e.height <= c.height
    where w.id = to_endpoint and e.id = any (events) and (e.type <> 'ping' or e.object = w.id)
    on conflict (endpoint, event) do update set
      state = 'waiting', attempts = 0, next_attempt = moment, expires = moment + keep, finished = null, claim = null
      where d.finished is not null
    returning d.object
  )
  select array_agg(r.object) into objects from revived r;

  -- One that was under way waits when an earlier one of its object has come to life.
  update webhook_deliveries d set state = 'waiting'
  where d.endpoint = to_endpoint and d.object = any (objects) and d.state = 'pending' and exists (
    select from webhook_deliveries a
    where a.endpoint = d.endpoint and a.object = d.object and a.state in ('pending', 'waiting')
      and (a.version, a.position) < (d.version, d.position)
  );
  perform webhook_promote(moment, array(select to_endpoint from unnest(objects)), objects);
  return coalesce(cardinality(objects), 0);
end
$$;

-- Makes dead letters of deliveries whose time is over, and cancels those of endpoints that were deleted. How many?
create function webhook_expire(moment timestamptz) returns bigint
  language plpgsql
as $$
declare
  endpoints text[];
  objects text[];
begin
  perform webhook_queue_lock();
  with ended as (
    update webhook_deliveries d
    set state = case w.status when 'deleted' then 'canceled' else 'dead' end, finished = moment
    from webhook_endpoints w
    where w.id = d.endpoint and d.state in ('pending', 'waiting')
      and (w.status = 'deleted' or (d.expires <= moment and (d.claim is null or d.next_attempt <= moment)))
    returning d.endpoint, d.object
  )
  select array_agg(e.endpoint), array_agg(e.object) into endpoints, objects from ended e;
  perform webhook_promote(moment, endpoints, objects);
  return coalesce(cardinality(endpoints), 0);
end
$$;

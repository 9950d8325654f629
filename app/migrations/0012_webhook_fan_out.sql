-- Up Migration

-- Events that were committed while an endpoint was enabled are for it, also where it is disabled, or disabled and enabled
-- again, before they are looked at. `last_enabled` in an endpoint's data tells from when until when it was enabled before it
-- was last disabled; endpoints without it, as the version before leaves them, get what they got.

-- Makes deliveries of the events that were committed since the last time, and moves the cursors.
--
-- Versions of one object may stand in several chains, so what is taken of the chains must fit together: with an event, all
-- that its writer had seen. One statement (one snapshot) sees to that; where there is too much for one go, a moment does up
-- to which blocks are taken of every chain, since a later version is made after the earlier one has been committed.
--
-- moment: now. blocks: how many of a chain to take at least, if there are. keep: how long to try a delivery.
create or replace function webhook_fan_out(moment timestamptz, blocks integer, keep interval)
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
    -- A disabled endpoint listens to the past alone: to events of its last time, which wait for it as all that was under way
    -- when it was disabled; after `keep` none of that is left.
    select w.id, w.livemode, w.data -> 'enabled_events' as enabled_events,
      case w.status when 'enabled' then to_timestamp((w.data ->> 'enabled_since')::bigint / 1000.0) end as since,
      last.since as last_since, last.until as last_until
    from webhook_endpoints w
    cross join lateral (
      select to_timestamp((w.data -> 'last_enabled' ->> 'since')::bigint / 1000.0) as since,
        to_timestamp((w.data -> 'last_enabled' ->> 'until')::bigint / 1000.0) as until
    ) last
    where w.status = 'enabled' or (w.status = 'disabled' and last.until > moment - keep)
  ), fresh as materialized (
    select e.id, e.livemode, e.type, e.object, e.version, e.position, e.created
    from cut join events e on e.chain = cut.chain and e.height > cut.low and e.height <= cut.high
    where exists (select from listeners)
  ), wanted as materialized (
    select l.id as endpoint, l.since, l.last_since, l.last_until, t.livemode, t.type
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
    -- A ping is for the endpoint that it is about. Events from outside an endpoint's times are not for it; a minute is left
    -- for clocks of several machines.
    where (f.type <> 'ping' or f.object = w.endpoint) and (
      f.created >= w.since - interval '1 minute'
      or (f.created >= w.last_since - interval '1 minute' and f.created < w.last_until + interval '1 minute')
    )
    on conflict do nothing
    returning 1
  )
  select (select count(*) from made), (select committed is not null from horizon);
end
$$;

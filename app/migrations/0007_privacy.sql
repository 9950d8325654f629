-- Up Migration

-- Erasures: objects like others, made by the journal. They tell when whose data was erased, and hold nothing personal.
call make_object_kind('erasures');

-- Up to where a rule of retention has been applied.
create table retention_progress (
  rule text primary key,
  position text collate "C" not null default '',
  applied timestamptz not null
);
grant select, insert, update on retention_progress to strongroom_service;

-- A detached payment method no longer names its customer; its events do. Payments and payouts name payment methods.
create index events_payment_method_customer on events ((data ->> 'customer'))
  where type in ('payment_method.created', 'payment_method.attached') and data ->> 'customer' is not null;
create index payments_payment_method on payments ((data ->> 'payment_method'))
  where data ->> 'customer' is null and data ->> 'payment_method' is not null;
create index payouts_payment_method on payouts ((data ->> 'payment_method'));

-- All that belongs to a customer, by kind: what an export shows and an erasure erases. Payments without a customer are the
-- customer's when they were paid with a payment method that became the customer's. Without settings of its own, so that
-- it becomes part of the query around it, which reads no kind that it does not ask for.
create function customer_objects(of_customer text) returns table (kind text, id text)
  language sql stable
as $$
  with methods as (
    select m.id from payment_methods m where m.customer = of_customer
    union
    select e.object from events e
    where e.type in ('payment_method.created', 'payment_method.attached') and e.data ->> 'customer' = of_customer
  ), paid as (
    select p.id from payments p where p.customer = of_customer
    union
    select p.id from methods join payments p on p.data ->> 'payment_method' = methods.id
    where p.data ->> 'customer' is null
  ), accounts as (
    select a.id from ledger_accounts a where a.customer = of_customer
  ), moves as (
    select distinct e.transaction as id from accounts join ledger_entries e on e.account = accounts.id
  )
  select 'customers', c.id from customers c where c.id = of_customer
  union all select 'payment_methods', m.id from methods m
  union all select 'payments', p.id from paid p
  union all select 'refunds', r.id from paid join refunds r on r.parent = paid.id
  union all select 'disputes', d.id from paid join disputes d on d.parent = paid.id
  union all select 'payouts', o.id from methods join payouts o on o.data ->> 'payment_method' = methods.id
  union all select 'ledger_accounts', a.id from accounts a
  union all select 'ledger_transactions', t.id from moves t
  union all select 'api_keys', k.id from api_keys k where k.customer = of_customer
  union all select 'transfers', t.object from moves join ledger_transactions t on t.id = moves.id where t.type = 'transfer'
$$;
grant execute on function customer_objects to strongroom_service;

-- What a transfer's maker wrote to it may be taken away, and nothing else of a transaction changed: not by its owner either.
-- The audit chain does not cover these texts. A column that is added to the table belongs into this list.
drop trigger ledger_transactions_append_only on ledger_transactions;
create trigger ledger_transactions_append_only
  before update of id, livemode, type, currency, object, created, posted, chain, height or delete or truncate
  on ledger_transactions for each statement execute function refuse_change();
create trigger ledger_transactions_texts_only_removed before update of description, metadata on ledger_transactions
  for each row when (old.type <> 'transfer' or new.description is not null or new.metadata is not null)
  execute function refuse_change();

-- Erases what a customer left beside the objects themselves (those the service changes through the journal): data of
-- events, texts of transfers and accounts, kept answers, excerpts of webhook answers, parts in experiments, and keys that
-- act for the customer. Only for a customer whose erasure is under way. At most `batch` rows of each kind in one call.
-- Returns the number of rows changed: 0 when all is done.
--
-- answer: what those are told from now on who ask again with an idempotency key whose answer was erased.
create function erase_customer_records(of_customer text, answer text, batch integer) returns integer
  language plpgsql
  security definer
  set search_path = public, pg_temp
as $$
declare
  of_livemode boolean;
  revoked_keys text[];
  changed integer;
  total integer := 0;
begin
  select e.livemode into of_livemode from erasures e where e.customer = of_customer and e.status = 'processing';
  if of_livemode is null then
    raise exception 'no erasure of customer % is under way', of_customer using errcode = 'check_violation';
  end if;

  update events e set data = null
  from (
    select v.id from customer_objects(of_customer) o join events v on v.object = o.id
    where v.data is not null and v.type not in ('customer.erasure_requested', 'customer.erased')
    limit batch
  ) due
  where e.id = due.id;
  get diagnostics changed = row_count;
  total := total + changed;

  update webhook_deliveries d
  set log = (select jsonb_agg(a.entry - 'answer' || '{"answer": null}' order by a.place)
             from jsonb_array_elements(d.log) with ordinality as a (entry, place))
  from (
    select w.endpoint, w.event
    from customer_objects(of_customer) o
    join events v on v.object = o.id
    join webhook_deliveries w on w.event = v.id
    where w.log @? '$[*].answer ? (@ != null)'
    limit batch
  ) due
  where d.endpoint = due.endpoint and d.event = due.event;
  get diagnostics changed = row_count;
  total := total + changed;

  update ledger_transactions t set description = null, metadata = null
  from (
    select m.id from customer_objects(of_customer) o join ledger_transactions m on m.id = o.id
    where o.kind = 'ledger_transactions' and m.type = 'transfer' and (m.description is not null or m.metadata is not null)
    limit batch
  ) due
  where t.id = due.id;
  get diagnostics changed = row_count;
  total := total + changed;

  update ledger_accounts a set name = 'Erased customer', metadata = '{}'
  where a.customer = of_customer and (a.name <> 'Erased customer' or a.metadata <> '{}');
  get diagnostics changed = row_count;
  total := total + changed;

  -- The key stays, lest the request be done a second time. Most answers do not name a subject: they begin with the object's id.
  with mine as materialized (
    select o.id from customer_objects(of_customer) o
  ), due as (
    select i.key from idempotency_keys i
    where i.livemode = of_livemode and i.status is not null and i.body <> answer
      and (i.subject in (select m.id from mine m)
        or substring(i.body from '"(?:id|payment)":"([^"]+)"') in (select m.id from mine m))
    limit batch
  )
  update idempotency_keys k set status = 410, body = answer, subject = null from due
  where k.livemode = of_livemode and k.key = due.key;
  get diagnostics changed = row_count;
  total := total + changed;

  -- Experiments know a subject by the hash of its id.
  delete from flag_exposures f using experiments x
  where f.livemode = of_livemode and x.livemode = of_livemode and f.experiment = x.data ->> 'key'
    and f.subject = left(encode(sha256(convert_to(f.experiment || '.' || of_customer, 'UTF8')), 'hex'), 32);
  delete from flag_conversions f using experiments x
  where f.livemode = of_livemode and x.livemode = of_livemode and f.experiment = x.data ->> 'key'
    and f.subject = left(encode(sha256(convert_to(f.experiment || '.' || of_customer, 'UTF8')), 'hex'), 32);

  with revoked as (
    update api_keys k set name = 'Erased customer', revoked = coalesce(k.revoked, now()), version = k.version + 1
    where k.customer = of_customer and (k.revoked is null or k.name <> 'Erased customer')
    returning k.id
  )
  select array_agg(r.id) into revoked_keys from revoked r;
  perform pg_notify('strongroom_identity', r.id) from unnest(revoked_keys) as r (id);
  return total;
end
$$;
revoke execute on function erase_customer_records from public;
grant execute on function erase_customer_records to strongroom_service;

-- Retention -----------------------------------------------------------------------------------------------------------

-- Takes the data of events made before a moment away; their digests stay. Goes through the events in the order of their
-- ids, from `after` on; returns the last id that it has seen, null when there is no more to do. What tells whose a payment
-- method was stays until that customer is erased. Events younger than 30 days always keep their data.
create function forget_event_data(before timestamptz, after text, batch integer) returns text
  language plpgsql
  security definer
  set search_path = public, pg_temp
as $$
declare
  last text;
begin
  select max(b.id) into last
  from (
    select e.id, e.created from events e where e.id > after order by e.id limit batch
  ) b
  where b.created < least(before, now() - interval '30 days');
  update events e set data = null
  where e.id > after and e.id <= last and e.created < least(before, now() - interval '30 days')
    and e.data is not null and e.type not in ('payment_method.created', 'payment_method.attached');
  return last;
end
$$;
revoke execute on function forget_event_data from public;
grant execute on function forget_event_data to strongroom_service;

-- Who had numbers revealed is kept for a year at least (PCI DSS 10.5.1), also by the owner.
drop trigger vault_access_append_only on vault_access;
create trigger vault_access_append_only before update or truncate on vault_access
  for each statement execute function refuse_change();
create trigger vault_access_kept_for_a_year before delete on vault_access
  for each row when (old.at > now() - interval '365 days') execute function refuse_change();

create function forget_vault_access(before timestamptz) returns bigint
  language sql
  security definer
  set search_path = public, pg_temp
begin atomic
  with forgotten as (
    delete from vault_access a where a.at < before and a.at < now() - interval '366 days' returning 1
  )
  select count(*) from forgotten;
end;
revoke execute on function forget_vault_access from public;
grant execute on function forget_vault_access to strongroom_service;

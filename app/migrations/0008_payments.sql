-- Up Migration

-- Attempts whose outcome is open, by when somebody is to look after them: the janitor's work.
create index payments_due on payments (((data #>> '{attempt,due}')::bigint)) where data #>> '{attempt,due}' is not null;
create index disputes_due on disputes (((data #>> '{attempt,due}')::bigint)) where data #>> '{attempt,due}' is not null;
create index refunds_due on refunds (((data #>> '{attempt,due}')::bigint)) where data #>> '{attempt,due}' is not null;
create index payouts_due on payouts (((data #>> '{attempt,due}')::bigint)) where data #>> '{attempt,due}' is not null;

-- Notices and settlements name things by the processor's ids.
create index payments_processor_reference on payments ((data ->> 'processor_reference'))
  where data ->> 'processor_reference' is not null;
create unique index disputes_processor_reference on disputes ((data ->> 'processor'), (data ->> 'processor_reference'), livemode);

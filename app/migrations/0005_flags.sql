-- Up Migration

-- Every instance hears of a change as soon as it is committed. One message a transaction, however many rows.
create function notify_flags() returns trigger language plpgsql as $$
begin
  perform pg_notify('strongroom_flags', '');
  return null;
end
$$;

create trigger flags_notify after insert or update on flags for each row execute function notify_flags();
create trigger flag_segments_notify after insert or update on flag_segments for each row execute function notify_flags();
create trigger experiments_notify after insert or update on experiments for each row execute function notify_flags();

-- Who took part in an experiment, once per subject. Subjects are hashed: nobody is named here.
create table flag_exposures (
  livemode boolean not null,
  experiment text collate "C" not null,
  subject text collate "C" not null,
  variant text collate "C" not null,
  created timestamptz not null,
  primary key (livemode, experiment, subject)
);

-- What subjects did, once per subject and metric.
create table flag_conversions (
  livemode boolean not null,
  experiment text collate "C" not null,
  subject text collate "C" not null,
  metric text collate "C" not null,
  created timestamptz not null,
  primary key (livemode, experiment, subject, metric)
);

grant select, insert on flag_exposures, flag_conversions to strongroom_service;

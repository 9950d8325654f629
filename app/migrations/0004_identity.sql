-- Up Migration

-- API keys: who may do what. Their secrets are kept as SHA-256 only; a secret has 256 random bits, so the hash needs no salt.
create table api_keys (
  id text collate "C" primary key,
  livemode boolean not null,
  name text not null,
  scopes text[] not null,
  roles text[] not null,
  -- The one customer whom the key may see; null: all.
  customer text collate "C",
  version integer not null,
  created timestamptz not null,
  -- Id of the key that made it, or system.
  created_by text collate "C" not null,
  expires timestamptz,
  revoked timestamptz,
  last_used timestamptz
);
create index api_keys_list on api_keys (livemode, id desc);

-- A key's secrets: the one in use has no time of expiry; one that was rolled over has.
create table api_key_secrets (
  hash bytea primary key check (length(hash) = 32),
  api_key text collate "C" not null references api_keys,
  -- What may be shown: sk_test_ and the last four characters.
  prefix text not null,
  last_four text not null,
  created timestamptz not null,
  expires timestamptz
);
create unique index api_key_secrets_in_use on api_key_secrets (api_key) where expires is null;
create index api_key_secrets_rolled on api_key_secrets (api_key) where expires is not null;

-- Keys that sign the service's own tokens. The private half is sealed under a key derived from JWT_SECRET.
create table signing_keys (
  id text collate "C" primary key,
  algorithm text not null,
  public_jwk jsonb not null,
  sealed bytea not null,
  activates timestamptz not null,
  withdrawn timestamptz
);

grant select, insert on api_keys, api_key_secrets, signing_keys to strongroom_service;
grant update (name, scopes, roles, version, expires, revoked, last_used) on api_keys to strongroom_service;
grant update (expires) on api_key_secrets to strongroom_service;
grant update (activates, withdrawn) on signing_keys to strongroom_service;

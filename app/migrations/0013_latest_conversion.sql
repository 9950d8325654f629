-- Up Migration

-- The latest conversion of each subject and metric is kept: the first may have come before the subject took part, which does
-- not count.
grant update (created) on flag_conversions to strongroom_service;

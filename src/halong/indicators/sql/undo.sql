DROP TRIGGER IF EXISTS note_entity ON context_entity;
DROP TRIGGER IF EXISTS note_series_new ON observations_series;
DROP TRIGGER IF EXISTS note_series_gone ON observations_series;
DROP TRIGGER IF EXISTS note_unit ON observations_series;
DROP TRIGGER IF EXISTS note_weight_new ON context_attribute;
DROP TRIGGER IF EXISTS note_weight_changed ON context_attribute;
DROP FUNCTION IF EXISTS halong_note_entity(), halong_note_series(), halong_note_unit(), halong_note_weight();
DROP TABLE IF EXISTS indicator_member, indicator_note, dirty_indicator, stale_entity;

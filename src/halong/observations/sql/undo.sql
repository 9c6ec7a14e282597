DROP TRIGGER IF EXISTS forget_series ON observations_series;
DROP TRIGGER IF EXISTS directory_changed ON observations_series;
DROP TRIGGER IF EXISTS directory_changed ON context_entity;
DROP FUNCTION IF EXISTS halong_forget_series(), halong_directory_changed();
DROP TABLE IF EXISTS observation, correction, latest, touched, dirty_hour, dirty_derived, rollup_hour, rollup_day;

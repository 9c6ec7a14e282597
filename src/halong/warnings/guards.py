"""What the database itself refuses about warnings, in SQL; migration 0001 runs it.

Who gets around the product's code (a script, a bug, a hand at the database) still can't put out a warning that nobody with
authority has approved, nor an exercise on a public channel, nor change what was said, nor who wrote it.
"""

STEPS = """
CREATE FUNCTION warnings_said(w warnings_warning) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT to_jsonb(w) - '{state,changed_at,authority_id,approved_by_id,approved_at,sent,xml}'::text[]
$$;

CREATE FUNCTION warnings_must_be_covered(w warnings_warning, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE a warnings_authority;
BEGIN
    SELECT * INTO a FROM warnings_authority WHERE id = w.authority_id;
    IF a.id IS NULL OR a.delegate_id IS DISTINCT FROM w.approved_by_id OR a.event <> w.event THEN
        RAISE EXCEPTION 'no row of authority lets this person approve this warning' USING ERRCODE = '23514';
    END IF;
    IF a.practice AND w.status = 'Actual' THEN
        RAISE EXCEPTION 'this authority is for exercises and tests only' USING ERRCODE = '23514';
    END IF;
    IF a.since > at OR (a.until IS NOT NULL AND a.until <= at) THEN
        RAISE EXCEPTION 'the authority does not hold at this hour' USING ERRCODE = '23514';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM warnings_area WHERE warning_id = w.id) OR EXISTS (
        SELECT 1 FROM warnings_area r JOIN places_place p ON p.id = r.place_id WHERE r.warning_id = w.id
        AND NOT EXISTS (
            SELECT 1 FROM warnings_authority_places ap JOIN places_place c ON c.id = ap.place_id
            WHERE ap.authority_id = a.id AND p.path LIKE c.path || '%'
        )
    ) THEN
        RAISE EXCEPTION 'the authority does not cover all places of the warning' USING ERRCODE = '23514';
    END IF;
    IF EXISTS (SELECT 1 FROM warnings_act
               WHERE warning_id = w.id AND kind = 'write' AND by_id = w.approved_by_id) THEN
        RAISE EXCEPTION 'who wrote a warning does not approve it' USING ERRCODE = '23514';
    END IF;
    IF w.msg_type <> 'Cancel' AND NOT EXISTS (
        SELECT 1 FROM warnings_act c WHERE c.warning_id = w.id AND c.kind = 'check' AND c.version = w.version
        AND c.by_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM warnings_act o WHERE o.warning_id = w.id AND o.kind = 'write' AND o.by_id = c.by_id)
    ) THEN
        RAISE EXCEPTION 'nobody but its writers has checked this warning' USING ERRCODE = '23514';
    END IF;
END $$;

CREATE FUNCTION warnings_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'a warning begins as a draft' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'draft>checked', 'draft>dropped', 'checked>draft', 'checked>approved', 'checked>dropped', 'approved>draft',
        'approved>published', 'approved>dropped', 'published>updated', 'published>cancelled', 'published>expired'
    ]) THEN
        RAISE EXCEPTION 'a warning does not go from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
    END IF;
    IF (OLD.state <> 'draft' OR NEW.state <> 'draft') AND warnings_said(OLD) <> warnings_said(NEW) THEN
        RAISE EXCEPTION 'the words of a warning are fixed once they are checked' USING ERRCODE = '23514';
    END IF;
    IF OLD.state IN ('published', 'updated', 'cancelled', 'expired') AND
       (OLD.sent, OLD.xml, OLD.authority_id, OLD.approved_by_id, OLD.approved_at) IS DISTINCT FROM
       (NEW.sent, NEW.xml, NEW.authority_id, NEW.approved_by_id, NEW.approved_at) THEN
        RAISE EXCEPTION 'what was published is not changed' USING ERRCODE = '23514';
    END IF;
    IF NEW.state = 'approved' THEN PERFORM warnings_must_be_covered(NEW, NEW.approved_at); END IF;
    IF NEW.state = 'published' AND OLD.state <> 'published' THEN
        PERFORM warnings_must_be_covered(NEW, NEW.sent);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER warnings_step BEFORE INSERT OR UPDATE ON warnings_warning
    FOR EACH ROW EXECUTE FUNCTION warnings_step();
"""

KEPT = """
CREATE FUNCTION warnings_areas_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE w bigint = CASE TG_OP WHEN 'DELETE' THEN OLD.warning_id ELSE NEW.warning_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM warnings_warning WHERE id = w AND state <> 'draft'
               AND NOT (TG_OP = 'DELETE' AND simulated)) THEN
        RAISE EXCEPTION 'the areas of a warning are fixed once they are checked' USING ERRCODE = '23514';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER warnings_areas_fixed BEFORE INSERT OR UPDATE OR DELETE ON warnings_area
    FOR EACH ROW EXECUTE FUNCTION warnings_areas_fixed();

CREATE FUNCTION warnings_acts_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM warnings_warning WHERE id = OLD.warning_id AND simulated) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what was done to a warning is kept' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER warnings_acts_kept BEFORE UPDATE OR DELETE ON warnings_act
    FOR EACH ROW EXECUTE FUNCTION warnings_acts_kept();

CREATE FUNCTION warnings_authority_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'until' <> to_jsonb(NEW) - 'until' THEN
        RAISE EXCEPTION 'a row of authority is ended, not changed' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER warnings_authority_kept BEFORE UPDATE ON warnings_authority
    FOR EACH ROW EXECUTE FUNCTION warnings_authority_kept();

CREATE FUNCTION warnings_authority_places_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM warnings_warning
               WHERE authority_id = CASE TG_OP WHEN 'DELETE' THEN OLD.authority_id ELSE NEW.authority_id END) THEN
        RAISE EXCEPTION 'a row of authority that was used keeps its places' USING ERRCODE = '23514';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER warnings_authority_places_kept BEFORE INSERT OR UPDATE OR DELETE ON warnings_authority_places
    FOR EACH ROW EXECUTE FUNCTION warnings_authority_places_kept();

ALTER TABLE warnings_dispatch ADD CONSTRAINT dispatch_says_the_status
    FOREIGN KEY (warning_id, status) REFERENCES warnings_warning (id, status);
"""

MAKE = STEPS + KEPT
DROP = """
ALTER TABLE warnings_dispatch DROP CONSTRAINT dispatch_says_the_status;
DROP FUNCTION warnings_authority_places_kept() CASCADE;
DROP FUNCTION warnings_authority_kept() CASCADE;
DROP FUNCTION warnings_acts_kept() CASCADE;
DROP FUNCTION warnings_areas_fixed() CASCADE;
DROP FUNCTION warnings_step() CASCADE;
DROP FUNCTION warnings_must_be_covered(warnings_warning, timestamptz) CASCADE;
DROP FUNCTION warnings_said(warnings_warning) CASCADE;
"""

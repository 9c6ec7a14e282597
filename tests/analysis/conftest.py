from tests.province import clock, make_station, person, province, put, wards  # noqa: F401 -- fixtures

from tests.province import make_station, person, province, put, wards  # noqa: F401 -- fixtures

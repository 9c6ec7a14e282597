from tests.province import clock, make_station, person, province, put, wards

__all__ = ["clock", "make_station", "person", "province", "put", "wards"]

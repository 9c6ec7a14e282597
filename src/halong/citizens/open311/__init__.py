"""Open311 GeoReport v2, whole, with the extensions that clients use: paging, media, ``servicerequestupdates``."""

"""Small alerts of our own making, as others might send them."""

NS = "urn:oasis:names:tc:emergency:cap:1.2"
SQUARE = "21.0,107.0 21.0,107.5 21.5,107.5 21.5,107.0 21.0,107.0"


def alert(  # what differs from test to test
    identifier="A1", *, sender="met@example.org", sent="2026-11-23T10:00:00+07:00", kind="Alert", status="Actual",
    references="", expires="2099-01-01T00:00:00+00:00", headline="Gale warning", description="Strong wind.",
    area=f"<areaDesc>Gulf</areaDesc><polygon>{SQUARE}</polygon>", scope="Public", language="en-US", extra="", info=True,
):  # fmt: skip
    named = f"<references>{references}</references>" if references else ""
    ends = f"<expires>{expires}</expires>" if expires else ""
    block = f"""<info><language>{language}</language><category>Met</category><event>Wind</event>
<urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>{ends}<senderName>Met Service</senderName>
<headline>{headline}</headline><description>{description}</description><area>{area}</area></info>"""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{NS}"><identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent}</sent>
<status>{status}</status><msgType>{kind}</msgType><scope>{scope}</scope>{named}{block if info else ""}{extra}
</alert>""".encode()


def atom(*links):
    entries = "".join(
        f"<entry><id>{link}</id><updated>{mark}</updated>"
        f'<link rel="alternate" type="application/cap+xml" href="{link}"/></entry>'
        for link, mark in links
    )
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


def rss(*items):
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" xmlns:gdacs="http://www.gdacs.org"><channel>{inside}</channel></rss>'.encode()

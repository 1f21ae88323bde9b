# ruff: noqa: E501 - a document is as wide as it is
"""Small documents, one in each form that is read."""

from __future__ import annotations

DIGEST_OLDER = """\
# __Harbour Office Approves Forty Cranes__, from ([20240218](https://letter.example.org/p/20240218).)

__[External link](https://wire.example.com/2024/01/29/forty-cranes/?utm_source=letter)__


## Summary

The harbour office approved more than 40 cranes. The approval process began in August 2023.

## Keywords

* cranes
* cranes
* harbour

## Themes

* logistics

## Signals

| Signal             | Change            | 10y horizon         | Driving force |
|:-------------------|:------------------|:--------------------|:--------------|
| More cranes ashore | Faster unloading  | Ports without crews | Cheap sensors |

## Closest

* [Quay Rules](0123456789abcdef0123456789abcdef)
* [Quay Rules](0123456789abcdef0123456789abcdef)
"""

DIGEST_LATER = """\
# __Harbour Office Approves Cranes in a Rush__, (from page [20240218](https://letter.example.org/p/20240218).)

__[External link](https://wire.example.com/2024/01/29/forty-cranes/)__

## Keywords

* cranes

## Other

* Category: trade
* Type: news

## Summary

The harbour office approved more than 40 cranes. The approval process began in August 2022.

## Signals

| name        | description             | change          | 10-year            | driving-force | relevancy |
|:------------|:------------------------|:----------------|:-------------------|:--------------|----------:|
| Crane boom  | Cranes rise everywhere. | From few to all | Ports run by night | Sensors       |         4 |

## Concerns

| name  | description       | relevancy |
|:------|:------------------|----------:|
| Noise | Cranes are loud.  |         3 |
"""

NEWS = """\
---
category: news
title: "Harbour office approves forty cranes"
excerpt: "The office has approved more than 40 cranes in six months."
publishedDateTime: 2024-01-30T13:53:00Z
originalUrl: "https://www.daily.example.com/cranes"
type: article
quality: 47
heat: -1

provider:
  name: The Daily Example
  domain: daily.example.com

topics:
  - Cranes

related:
  - title: "Forty cranes in half a year"
    publishedDateTime: 2024-01-29T10:36:00Z
    webUrl: "https://wire.example.com/forty"
    provider:
      name: Example Wire
      domain: wire.example.com
    quality: 57

secured: "%s"
---
""" % ("Ab9+" * 80)

PROFILE_TEXT = """\
Institution Profiling / Harbour institution

Harbour office approves more than 40 cranes

Harbour office is tracked.

Caption: A crane · Source context: retained.

RegionNorth Sea

Harbour office has relevance.

Primary DomainTrade

ImpactMedium

Limited confidence (80%)

Several public sources

The harbour office is profiled by Quay Media because of its cranes.

  • The harbour office approved 40 cranes in January.
"""

PROFILE_MDX = """\
---
title: Harbour Safety Board (HSB)
description: A board that inspects 12 harbours.
importance: 45
lastEdited: "2026-02-01"
ratings:
  rigor: 6
clusters: ["governance"]
---
import {Link} from '@components/wiki';

## Overview

The **board** inspected 12 harbours in 2025.[^1] See <Link id="x">the list</Link>.
"""

ARTICLE = """\
---
title: "A title with: a colon, *stars* & <b>tags</b>"
date: 2018-01-09 11:00:00 -0500
source: harbourgov
source_url: https://harbour.example.gov/cranes/
weight: 3
---

First paragraph
on two lines with 17 per cent more.

- One of 130 cranes fell, [they said](https://x.example/y).
"""

LINK_DIGEST = """\
---
title: 'Issue 12: Cranes'
modified:
category: Threads
---
Opening words.

## One {: #one}

{{ threads_quote(href="https://wire.example.com/forty?utm_source=x",
 blockquote='The office \\'s 40 cranes.',
 anchor="Forty cranes",
 post=", Jane Doe, Example Wire, 5-Feb-2025") }}

## Two {: #two}

{{ threads_quote(href="https://daily.example.com/two", blockquote="Two.", anchor="Two", post="") }}
"""

RSS = """\
<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Example Wire</title><language>en-GB</language>
<item><title>Forty cranes &amp; more</title><link>https://wire.example.com/forty</link>
<pubDate>Mon, 29 Jan 2024 10:36:00 GMT</pubDate><category>cranes</category><category>port</category>
<description>&lt;p&gt;The office approved 40 cranes.&lt;/p&gt;</description></item>
<item><title>Untimely</title><guid>tag:1</guid><pubDate>soon</pubDate></item>
</channel></rss>
"""

ATOM = """\
<feed xmlns="http://www.w3.org/2005/Atom"><title>Example Notes</title>
<entry><title type="html">Cranes &lt;em&gt;again&lt;/em&gt;</title><id>urn:uuid:1</id>
<link rel="self" href="https://notes.example.com/self"/>
<link href="https://notes.example.com/cranes"/>
<updated>2024-02-01T00:00:00Z</updated><summary>Five cranes.</summary></entry></feed>
"""

JSON_FEED = """\
{"version": "https://jsonfeed.org/version/1.1", "title": "Example Letter",
 "items": [{"id": "1", "url": "https://letter.example.com/1", "title": "Cranes",
            "content_html": "<p>12 cranes came.</p>", "date_published": "2024-02-03T08:00:00+01:00",
            "tags": ["port"]}, {"id": "2"}, 7]}
"""

STIX = """\
{"type": "bundle", "id": "bundle--1", "objects": [
 {"type": "identity", "id": "identity--1", "name": "Harbour Office", "identity_class": "organization",
  "description": "Inspects cranes."},
 {"type": "identity", "id": "identity--2", "name": "Crane Works", "identity_class": "organization"},
 {"type": "identity", "id": "identity--3", "name": "Jane Doe", "identity_class": "individual"},
 {"type": "relationship", "id": "relationship--1", "relationship_type": "related-to",
  "source_ref": "identity--1", "target_ref": "identity--2"},
 {"type": "report", "id": "report--1", "name": "Cranes at risk", "published": "2024-01-29T00:00:00Z",
  "created_by_ref": "identity--2", "description": "Forty cranes.", "confidence": 70,
  "external_references": [{"source_name": "Example Wire", "url": "https://wire.example.com/forty"}]},
 {"type": "malware", "id": "malware--1", "name": "Rust"}]}
"""

HTML = """\
<!DOCTYPE html><html lang="en"><head><title>Forty cranes | Example Wire</title>
<meta property="og:title" content="Forty cranes"><meta property="og:site_name" content="Example Wire">
<meta property="article:published_time" content="2024-01-29T10:00:00Z">
<link rel="canonical" href="https://wire.example.com/forty"></head>
<body><nav>Home | News | Sport</nav><article><h1>Forty cranes</h1>
<p>The harbour office approved more than 40 cranes in six months, it said on Monday, and the number
is expected to grow before the end of the year as more of them are built in the yards.</p>
<p>The approval process began in August last year, when the office required owners to ask for approval, and
the first batch was granted shortly after that to the three largest owners on the coast.</p>
</article><footer>All rights reserved</footer></body></html>
"""

MAILBOX = """\
From jane@example.org Mon Jan 29 10:00:00 2024
From: Jane Doe <jane@example.org>
Subject: =?utf-8?q?Cr=C3=A4nes?=
Date: Mon, 29 Jan 2024 10:00:00 +0000
Message-ID: <1@example.org>

The office approved 40 cranes.

From john@example.org Tue Jan 30 10:00:00 2024
From: john@example.org
Subject: More
Date: Tue, 30 Jan 2024 10:00:00 +0000
Message-ID: <2@example.org>

No figures here.
"""

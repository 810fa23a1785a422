-- +goose Up
-- For analysts: no personal data. Days are in UTC. See docs/waitlist.md.
CREATE VIEW waitlist_signups_by_day AS
SELECT list, date(created_at / 1000000, 'unixepoch') AS day, count(*) AS signed_up,
	sum(CASE WHEN confirmed_at > 0 THEN 1 ELSE 0 END) AS confirmed,
	sum(CASE WHEN invited_at > 0 THEN 1 ELSE 0 END) AS invited,
	sum(CASE WHEN stage = 'unsubscribed' THEN 1 ELSE 0 END) AS unsubscribed
FROM waitlist_signups GROUP BY list, date(created_at / 1000000, 'unixepoch');

CREATE VIEW waitlist_signups_by_source AS
SELECT list, source, count(*) AS signed_up,
	sum(CASE WHEN confirmed_at > 0 THEN 1 ELSE 0 END) AS confirmed,
	sum(CASE WHEN invited_at > 0 THEN 1 ELSE 0 END) AS invited
FROM waitlist_signups GROUP BY list, source;

CREATE VIEW waitlist_signups_by_utm AS
SELECT list, utm_source, utm_medium, utm_campaign, count(*) AS signed_up,
	sum(CASE WHEN confirmed_at > 0 THEN 1 ELSE 0 END) AS confirmed,
	sum(CASE WHEN invited_at > 0 THEN 1 ELSE 0 END) AS invited
FROM waitlist_signups GROUP BY list, utm_source, utm_medium, utm_campaign;

-- referred: 1 who came with a referral code, 0 who came without; counted: those that moved somebody up.
CREATE VIEW waitlist_signups_by_referral AS
SELECT list, CASE WHEN ref <> '' THEN 1 ELSE 0 END AS referred, count(*) AS signed_up,
	sum(CASE WHEN confirmed_at > 0 THEN 1 ELSE 0 END) AS confirmed,
	sum(CASE WHEN referrer <> '' THEN 1 ELSE 0 END) AS counted
FROM waitlist_signups GROUP BY list, CASE WHEN ref <> '' THEN 1 ELSE 0 END;

CREATE VIEW waitlist_funnel AS
SELECT list, count(*) AS signed_up,
	sum(CASE WHEN confirmed_at > 0 THEN 1 ELSE 0 END) AS confirmed,
	sum(CASE WHEN invited_at > 0 THEN 1 ELSE 0 END) AS invited,
	sum(CASE WHEN stage = 'unsubscribed' THEN 1 ELSE 0 END) AS unsubscribed,
	sum(CASE WHEN bounced_at > 0 THEN 1 ELSE 0 END) AS bounced
FROM waitlist_signups GROUP BY list;

CREATE VIEW waitlist_consents_given AS
SELECT list, consent, version, lang, action, count(*) AS times
FROM waitlist_consents WHERE consent <> '' GROUP BY list, consent, version, lang, action;

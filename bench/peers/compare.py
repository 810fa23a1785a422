#!/usr/bin/python3
"""Asks several servers the same random allocation requests and says where their answers differ.

Every request is of a fresh user, so caps do not carry over from one run to the next; every fourth user asks four times
in a row, so that caps have something to do. impression_url and click_url carry each server's own token: they must be
there, and are not compared. With --warm, stand-ins ask everything once before: a server that leases budgets has its leases
then.
"""
import argparse
import json
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

CITIES = "서울 부산 인천 대구 대전 광주 수원 울산 고양 용인 창원 성남 청주 전주 천안 제주 포항 김해 원주 춘천 속초".split()
INTERESTS = "cafe food beauty fashion travel game finance health pet book music sport car home parenting study".split()
CHOICES = {
    "os": ["android", "android", "android", "ios"],
    "app_version": ["4.8.2", "4.9.0", "5.0.0", "5.1.1", "5.1.3", "5.2", "5.2.0-beta.1", "5.2.0", "5.10.0", "6.0.0", "new"],
    "country": ["KR", "KR", "KR", "JP", "US", "TW", "VN"],
    "language": ["ko", "ko", "en", "ja"],
    "city": CITIES,
    "gender": ["f", "m"],
    "age": [str(n) for n in range(12, 70)] + ["old"],
    "carrier": ["SKT", "KT", "LGU+", "MVNO"],
    "network": ["wifi", "5g", "lte"],
    "device": ["galaxy-s25", "galaxy-a", "galaxy-z", "iphone", "pixel"],
}


def random_query(rng, user):
    query = {"placement": rng.choices(["lock", "home", "popup"], [6, 3, 1])[0], "count": rng.choice(["", 1, 3, 4, 4, 4, 8])}
    query["user"] = user
    for name, values in CHOICES.items():
        if rng.random() < 0.85:
            query[name] = rng.choice(values)
    if rng.random() < 0.7:
        query["interests"] = ",".join(rng.sample(INTERESTS, rng.randint(1, 4)))
    return query


def make_queries(rng, name, count):
    queries = []
    while len(queries) < count:
        query = random_query(rng, f"{name}-{len(queries)}")
        queries += [query] * (4 if rng.random() < 0.25 else 1)
    return queries


def ask(base, query):
    """(status, the answer without what is each server's own)"""
    url = f"{base.rstrip('/')}/api/v1/lockscreen/allocation/?{urllib.parse.urlencode(query)}"
    try:
        with urllib.request.urlopen(url, timeout=20) as response:
            status, answer = response.status, json.load(response)
    except urllib.error.HTTPError as error:
        status, answer = error.code, json.load(error)
    for slot in answer.get("slots", []):
        if not slot.pop("impression_url") or not slot.pop("click_url"):
            raise SystemExit(f"{url}: a slot without its URLs")
    return status, answer


def brief(answer):
    status, body = answer
    return status, [(s["position"], s["type"], s["item_id"]) for s in body.get("slots", [])] or body


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--seed", type=int, default=None, help="default: a new one each time")
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("base", nargs="+")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    queries = make_queries(random.Random(seed), f"check-{seed}", options.requests)
    if options.warm:
        for query in queries:
            for base in options.base:
                ask(base, {**query, "user": query["user"] + "-warm"})
        time.sleep(1)
    different = slots = 0
    for query in queries:
        answers = [ask(base, query) for base in options.base]
        slots += len(answers[0][1].get("slots", []))
        if all(answer == answers[0] for answer in answers):
            continue
        different += 1
        if different <= 5:
            print(urllib.parse.urlencode(query))
            for base, answer in zip(options.base, answers):
                print("  ", base, *(brief(answer) if brief(answer) != brief(answers[0]) else answer))
    print(f"{len(queries)} requests (seed {seed}), {slots} slots, {different} different")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()

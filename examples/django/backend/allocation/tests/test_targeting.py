from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import SimpleTestCase

from allocation.targeting import compile_rule, matches, parse_attributes, parse_version

CASES = [
    # rule, query, holds
    (("os", "in", ["android", "ios"]), "os=android", True),
    (("os", "in", ["android"]), "os=ios", False),
    (("os", "in", ["android"]), "", False),
    (("os", "in", ["android"]), "os=", False),
    (("os", "not_in", ["ios"]), "os=android", True),
    (("os", "not_in", ["ios"]), "os=ios", False),
    (("os", "not_in", ["ios"]), "", True),
    (("interests", "in", ["cafe", "pet"]), "interests=game,pet", True),
    (("interests", "not_in", ["pet"]), "interests=game,pet", False),
    (("device", "prefix", ["galaxy"]), "device=galaxy-s", True),
    (("device", "prefix", ["galaxy"]), "", False),
    (("age", "gte", [20]), "age=20", True),
    (("age", "lt", [20]), "age=20", False),
    (("age", "gte", [20]), "age=old", False),
    (("age", "lt", [20]), "age=nan", False),
    (("app_version", "gte", ["5.9.0"]), "app_version=5.10.0", True),
    (("app_version", "gte", ["5.2.0"]), "app_version=5.2", True),
    (("app_version", "gte", ["5.2.0"]), "app_version=5.2.0-beta", False),
    (("app_version", "lte", ["5.2.0"]), "", False),
]


class TargetingTest(SimpleTestCase):
    def test_what_a_rule_means(self):
        for rule, query, holds in CASES:
            with self.subTest(rule=rule, query=query):
                self.assertEqual(matches([compile_rule(*rule)], parse_attributes(QueryDict(query))), holds)

    def test_a_rule_that_means_nothing_is_refused(self):
        for rule in [
            ("shoe_size", "in", ["42"]),
            ("os", "gte", ["android"]),
            ("os", "in", []),
            ("os", "in", "android"),
            ("age", "in", [20]),
            ("age", "gte", ["old"]),
            ("app_version", "gte", ["five"]),
        ]:
            with self.subTest(rule=rule), self.assertRaises(ValidationError):
                compile_rule(*rule)

    def test_versions_sort(self):
        texts = ["4.9.0", "5.2.0-alpha", "5.2.0-alpha.1", "5.2.0-beta", "5.2.0", "5.2.1", "5.10"]
        self.assertEqual(sorted(texts, key=parse_version), texts)

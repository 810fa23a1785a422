"""Targeting: what a rule means, over the attributes of a request.

A rule on an attribute that the request lacks does not hold; not_in is the opposite of in, so there it does. A text
attribute may have several values: in holds when any of them is listed.
"""
import math
import re

from django.core.exceptions import ValidationError

TEXT, LIST, NUMBER, VERSION = "text", "list", "number", "version"
KINDS = {
    "os": TEXT,
    "app_version": VERSION,
    "country": TEXT,
    "language": TEXT,
    "city": TEXT,
    "gender": TEXT,
    "age": NUMBER,
    "carrier": TEXT,
    "network": TEXT,
    "device": TEXT,
    "interests": LIST,
}
VERSION_FORM = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")


def parse_version(text):
    """A key that sorts as versions do: 5.9 < 5.10, 5.2 = 5.2.0, 5.2.0-beta < 5.2.0. None if it is not a version."""
    match = VERSION_FORM.fullmatch(text)
    if not match:
        return None
    numbers = [int(part) for part in match[1].split(".")]
    numbers += [0] * (4 - len(numbers))
    if match[2] is None:
        return (*numbers, 1, ())
    parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in match[2].split("."))
    return (*numbers, 0, parts)


def parse_number(text):
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def parse_attributes(query):
    """The attributes of a query string, ready for rules. Unknown, empty and malformed ones are left out."""
    attributes = {}
    for name, kind in KINDS.items():
        text = query.get(name)
        if not text:
            continue
        if kind is TEXT:
            value = (text,)
        elif kind is LIST:
            value = tuple(filter(None, text.split(",")))
        elif kind is NUMBER:
            value = parse_number(text)
        else:
            value = parse_version(text)
        if value is not None:
            attributes[name] = value
    return attributes


def _in(values):
    return lambda value: value is not None and not values.isdisjoint(value)


def _not_in(values):
    return lambda value: value is None or values.isdisjoint(value)


def _prefix(prefixes):
    return lambda value: value is not None and any(v.startswith(prefixes) for v in value)


TEXT_OPERATORS = {
    "in": lambda operands: _in(frozenset(operands)),
    "not_in": lambda operands: _not_in(frozenset(operands)),
    "prefix": lambda operands: _prefix(tuple(operands)),
}
RANGE_OPERATORS = {
    "gt": lambda bound: lambda value: value is not None and value > bound,
    "gte": lambda bound: lambda value: value is not None and value >= bound,
    "lt": lambda bound: lambda value: value is not None and value < bound,
    "lte": lambda bound: lambda value: value is not None and value <= bound,
}
OPERATORS = [*TEXT_OPERATORS, *RANGE_OPERATORS]


def compile_rule(attribute, operator, operands):
    """The rule as (attribute, test). Raises ValidationError for one that means nothing."""
    kind = KINDS.get(attribute)
    if kind is None:
        raise ValidationError(f"{attribute} is not an attribute of a request")
    if not isinstance(operands, list) or not operands:
        raise ValidationError("operands must be a list with at least one value")
    if kind in (TEXT, LIST):
        if operator not in TEXT_OPERATORS or not all(isinstance(o, str) for o in operands):
            raise ValidationError(f"{attribute} is text: use in, not_in or prefix with a list of texts")
        return attribute, TEXT_OPERATORS[operator](operands)
    if operator not in RANGE_OPERATORS or len(operands) != 1:
        raise ValidationError(f"{attribute} is a {kind}: use gt, gte, lt or lte with one value")
    bound = parse_number(str(operands[0])) if kind is NUMBER else parse_version(str(operands[0]))
    if bound is None:
        raise ValidationError(f"{operands[0]!r} is not a {kind}")
    return attribute, RANGE_OPERATORS[operator](bound)


def matches(tests, attributes):
    """Whether all compiled rules hold."""
    for attribute, test in tests:
        if not test(attributes.get(attribute)):
            return False
    return True

"""The Neo4j Browser style sheet: how each class is drawn.

A node has the labels of its class and of all superclasses. The Browser applies every rule that matches, in order, so
superclasses come first. It knows no comments, and takes braces as text between single quotes only.
"""

from __future__ import annotations

import json

from ontology.model import ENTITY_NAMESPACE, NAMESPACE, Ontology, OntologyClass

_HEAD = """\
node {
  diameter: 50px;
  color: #B8C0C8;
  border-color: #8F979F;
  border-width: 2px;
  text-color-internal: #1A1C1E;
  font-size: 10px;
}

relationship {
  color: #9AA1AC;
  shaft-width: 2px;
  font-size: 9px;
  padding: 3px;
  text-color-external: #3A3F44;
  text-color-internal: #FFFFFF;
  caption: '<type>';
}
"""
_DARK, _LIGHT = "#1A1C1E", "#FFFFFF"


def style_sheet(model: Ontology) -> str:
    """The whole file, in the Browser's own format."""
    classes = sorted(model.classes.values(), key=lambda cls: len(cls.ancestors))
    return _HEAD + "".join(_rule(cls) for cls in classes)


def _rule(cls: OntologyClass) -> str:
    return f"""
node.{cls.name} {{
  diameter: {cls.size}px;
  color: {cls.colour};
  border-color: {_darker(cls.colour)};
  text-color-internal: {_readable_on(cls.colour)};
  caption: '{cls.caption}';
}}
"""


def _darker(colour: str) -> str:
    return "#" + "".join(f"{channel * 3 // 4:02X}" for channel in bytes.fromhex(colour[1:]))


def _readable_on(colour: str) -> str:
    """Dark or light letters, whichever has the greater contrast (WCAG 2) on the colour."""
    luminance = _luminance(colour)
    on_dark = (luminance + 0.05) / (_luminance(_DARK) + 0.05)
    on_light = (_luminance(_LIGHT) + 0.05) / (luminance + 0.05)
    return _DARK if on_dark > on_light else _LIGHT


def _luminance(colour: str) -> float:
    channels = [channel / 255 for channel in bytes.fromhex(colour[1:])]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def look(model: Ontology) -> str:
    """The explorer page's part: namespaces, how each class is drawn, how each predicate reads in either direction."""
    classes = {
        name: {"label": c.label, "colour": c.colour, "size": c.size, "labels": c.labels}
        for name, c in model.classes.items()
    }
    predicates = {
        name: {"label": p.label, "inverse": p.inverse_label or p.label, "family": p.family}
        for name, p in model.predicates.items()
    }
    namespaces = {"ontology": NAMESPACE, "entities": ENTITY_NAMESPACE}
    whole = {"namespaces": namespaces, "classes": classes, "predicates": predicates}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"

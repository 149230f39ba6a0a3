"""Which language a text is in: English is read whatever names are in it, and any other is refused by its name."""

from __future__ import annotations

import pytest

from loaders.sources.language import language_of

GERMAN = "Das Werk steht seit Montag still, teilte das Unternehmen am Dienstag mit. "
MORE = (
    "Unbekannte waren in der Nacht in die Systeme eingedrungen und hatten alle Dateien verschlüsselt. Ob dabei auch "
    "Daten abgeflossen sind, ist noch nicht bekannt. Die Beschäftigten wurden nach Hause geschickt und sollen bezahlt "
    "werden. "
)
ENGLISH = "The plant has stood still since Monday, the company said on Tuesday evening. "


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hacker haben das Werk lahmgelegt.", "German"),
        ("L'usine est à l'arrêt depuis lundi.", "French"),
        ("La empresa confirmó el martes que sufrió un ataque informático.", "Spanish"),
        ("La fàbrica està aturada des de dilluns després d'un atac informàtic.", "Catalan"),
        ("De fabriek ligt sinds maandag stil na een aanval met gijzelsoftware.", "Dutch"),
        ("Fabrikken har stått stille siden mandag etter et datainnbrudd.", "Norwegian"),
        ("Továreň je od pondelka zastavená po kybernetickom útoku, uviedla spoločnosť.", "Slovak"),
        ("Завод остановлен после атаки, сообщила компания в понедельник.", "Russian"),
        ("Заводът е спрян след атака, съобщи компанията в понеделник вечерта.", "Bulgarian"),
        ("工場は攻撃を受けて停止している。", "Japanese"),
        ("توقف المصنع عن العمل بعد هجوم إلكتروني.", "Arabic"),
        ("DAS WERK STEHT SEIT MONTAG STILL, DENN UNBEKANNTE HABEN ALLE SYSTEME VERSCHLÜSSELT.", "German"),
        (GERMAN + MORE + ENGLISH, "German"),
    ],
)
def test_another_language_is_named(text: str, language: str) -> None:
    assert language_of(text)[1] == language


@pytest.mark.parametrize(
    "text",
    [
        "M&S hit.",
        "Ordine degli Avvocati hit by Lynx",
        "CVE-2025-1234 RCE PoC; IOC: evil.exe, 10.0.0.1; TTPs T1059.001 powershell -enc",
        "Jürgen Müller of Münchner Rückversicherung and Françoise Lefèvre of Société Générale told Süddeutsche Zeitung "
        "that Crédit Agricole was hit.",
        "Banco Santander, Banco Bilbao Vizcaya Argentaria, Caixa Geral de Depósitos, Crédit Lyonnais and "
        "Österreichische Volksbanken were hit by LockBit.",
        'The mayor said: "Wir haben alles verloren, die Systeme sind verschlüsselt und niemand weiß weiter." The town '
        "of Anhalt-Bitterfeld declared a disaster after ransomware hit it on Monday.",
        "THE PLANT HAS STOOD STILL SINCE MONDAY, THE COMPANY SAID ON TUESDAY EVENING.",
        ENGLISH * 3 + GERMAN * 3,
    ],
)
def test_english_is_english_whatever_it_names_and_quotes(text: str) -> None:
    assert language_of(text) == ("en", "English")

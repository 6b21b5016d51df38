"""What the double says: a few turns with everything that a bot's message may hold, in both languages."""

from typing import Any

Event = dict[str, Any]

TITLES = {
    "/ask_courses": "Kursy",
    "/ask_internships": "Staże",
    "/undecided": "Nie wiem, co wybrać",
    "/ask_human": "Chcę porozmawiać z człowiekiem",
}


def _choose(pl: Any, en: Any, language: str) -> Any:
    return en if language == "en" else pl


def greeting(language: str) -> Event:
    text = _choose(
        "Cześć! Jestem Drogowskaz, bot. Podpowiem Ci, jakie kursy i staże mogą do Ciebie pasować. Od czego zaczynamy?",
        "Hi! I am Drogowskaz, a bot. I can tell you which courses and internships may suit you. Where do we start?",
        language,
    )
    titles = _choose(
        ["Kursy", "Staże", "Nie wiem, co wybrać"], ["Courses", "Internships", "I do not know yet"], language
    )
    payloads = ["/ask_courses", "/ask_internships", "/undecided"]
    return {"text": text, "language": language, "buttons": _buttons(dict(zip(payloads, titles, strict=True)))}


def _buttons(titles: dict[str, str]) -> list[Event]:
    return [{"title": title, "payload": payload} for payload, title in titles.items()]


def _message(text: str, language: str, **more: Any) -> Event:
    return {"type": "message", "sender": "bot", "text": text, "language": language, "buttons": [], "cards": [], **more}


def _courses(language: str) -> list[Event]:
    source = {"title": "bgslusarnia.pl", "url": "https://www.bgslusarnia.pl/blog", "as_of": "2025-11"}
    mag: Event = {
        "kind": "course",
        "id": "spaw-mag",
        "title": _choose("Spawanie metodą MAG (135/136)", "MAG welding (135/136)", language),
        "subtitle": _choose("kurs kwalifikacyjny · przykład", "qualification course · example", language),
        "why": _choose(
            "lubisz pracę rękami i uczysz się na ślusarza",
            "you like working with your hands and learn metalwork",
            language,
        ),
        "url": "https://example.org/mag",
        "facts": [
            {"label": _choose("Czas", "Length", language), "value": "145 h"},
            {"label": _choose("Od ilu lat", "Minimum age", language), "value": "18"},
            {
                "label": _choose("Na koniec", "At the end", language),
                "value": _choose("świadectwo egzaminu i książka spawacza", "welder’s certificate and book", language),
            },
        ],
        "source": source,
        "buttons": _buttons({"/sign_up": _choose("Chcę się zapisać", "Sign me up", language)}),
    }
    cnc = {
        **mag,
        "id": "cnc",
        "title": _choose("Programowanie obrabiarek CNC", "CNC programming", language),
        "why": _choose("interesują Cię maszyny i komputery", "you like machines and computers", language),
        "url": None,
        "facts": [{"label": _choose("Czas", "Length", language), "value": "60 h"}],
    }
    text = _choose("Mam dwa kursy, które mogą Ci się spodobać:", "Here are two courses that you may like:", language)
    more = {
        "/more": _choose("Pokaż więcej", "Show more", language),
        "/no": _choose("Coś innego", "Something else", language),
    }
    return [_message(text, language, cards=[mag, cnc], buttons=_buttons(more))]


def _occupation(language: str) -> list[Event]:
    labels = _choose(
        ["Praca z narzędziami", "Praca z ludźmi", "Praca przy biurku"], ["Tools", "People", "Desk work"], language
    )
    chart = {
        "title": _choose("Co najczęściej robi się w tym zawodzie", "What people do in this job", language),
        "bars": [{"label": label, "value": value, "max": 6} for label, value in zip(labels, (5, 2, 1), strict=True)],
    }
    card = {
        "kind": "occupation",
        "id": "spawacz",
        "title": _choose("Spawaczka / spawacz", "Welder", language),
        "subtitle": None,
        "why": None,
        "url": None,
        "facts": [{"label": labels[1], "value": _choose("mało", "little", language)}],
        "source": {"title": "Barometr zawodów", "url": None, "as_of": "2025"},
        "buttons": [],
        "chart": chart,
    }
    return [_message(_choose("Tak to wygląda:", "This is how it looks:", language), language, cards=[card])]


def _safety(language: str) -> list[Event]:
    text = _choose(
        "To brzmi bardzo poważnie. Nie musisz być z tym w pojedynkę. Jeśli grozi Ci niebezpieczeństwo, dzwoń: 112. "
        "Możesz też zadzwonić pod 116 111 – za darmo, o każdej porze.",
        "This sounds very serious. You do not have to be alone with it. If you are in danger, call 112. "
        "You can also call 116 111 – free, at any hour.",
        language,
    )
    card = {
        "kind": "helpline",
        "id": "800121212",
        "title": _choose("Dziecięcy Telefon Zaufania", "Children’s helpline", language),
        "subtitle": "800 12 12 12",
        "why": None,
        "url": "https://800121212.pl",
        "facts": [{"label": _choose("Godziny", "Hours", language), "value": "24/7"}],
        "source": {"title": "gov.pl", "url": "https://www.gov.pl", "as_of": "2025-10"},
        "buttons": [],
    }
    return [_message(text, language, sender="system", safety=True, cards=[card])]


def answer(said: str, language: str) -> list[Event]:
    """The events of the turn that answers `said`; an `outcome` among them is that of the turn."""
    word = said.lower()
    if "english" in word:
        return [_message("Sure, let us speak English.", "en")]
    if "po polsku" in word:
        return [_message("Jasne, mówmy po polsku.", "pl")]
    if word in ("/ask_courses", "kursy", "courses"):
        return _courses(language)
    if word in ("zawód", "job"):
        return _occupation(language)
    if word in ("nie chcę żyć", "i want to die"):
        return _safety(language)
    if word == "/ask_human":
        return [{"type": "owner", "owner": "waiting", "name": None}, {"type": "outcome", "outcome": "handed_over"}]
    if word == "zepsuj":
        return [{"type": "outcome", "outcome": "failed"}]
    if word == "dwie":
        return [_message("Pierwsza.", language), _message("Druga.", language)]
    return [_message(_choose(f"Piszesz: {said}", f"You write: {said}", language), language)]

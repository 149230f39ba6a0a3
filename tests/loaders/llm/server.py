"""A server of its own that speaks the protocol of OpenAI-compatible APIs, and answers as a test tells it to."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response

Answer = Callable[[dict[str, Any]], Response]


@dataclass
class Model:
    """The model behind the server: what it was asked, and how it answers."""

    url: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Answer = field(default=lambda _: says([]))

    def sentences(self) -> dict[str, str]:
        """The numbered sentences of the last question."""
        found: dict[str, str] = json.loads(self.questions[-1]["messages"][1]["content"])["sentences"]
        return found


def envelope(content: Any, reason: str = "stop") -> Response:
    """An answer with this content."""
    message = {"role": "assistant", "content": content}
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": reason}]}
    return Response(json.dumps(body), media_type="application/json")


def says(statements: list[Any], reason: str = "stop") -> Response:
    """An answer with these statements."""
    return envelope(json.dumps({"statements": statements}, ensure_ascii=False), reason)


def claim(
    subject: str, predicate: str, target: str, quote: str, modality: str = "asserted", **more: Any
) -> dict[str, Any]:
    """A statement as a model writes it; its ends as `Type: name`."""
    ends = [dict(zip(("type", "name"), end.split(": ", 1), strict=True)) for end in (subject, target)]
    given = {"predicate": predicate, "subject": ends[0], "object": ends[1], "quote": quote, "modality": modality}
    return given | {"role": None, "speaker": None, "sentence": 0} | more


@contextmanager
def serving() -> Iterator[Model]:
    """The server on a free port of this machine."""
    model = Model()
    app = FastAPI()

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        model.questions.append(await request.json())
        model.headers.append(dict(request.headers))
        return model.answer(model.questions[-1])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        model.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield model
        finally:
            server.should_exit = True
            thread.join(10)

"""Speaks to an OpenAI-compatible API, within bounds of time, bytes and attempts.

Written on plain HTTP, for the official client bounds neither the bytes of an answer nor the time of a slow one.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loaders.llm.answer import Answer, read_answer
from loaders.llm.question import answer_schema
from loaders.llm.settings import PREFIX, ModelSettings, ModelUnavailable

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 2_000_000
ATTEMPTS = 3
AT_ONCE = 4
"""Questions under way at a time: a long report has several."""
_UNREACHED = 0
_PASSING = frozenset({_UNREACHED, 408, 429, 500, 502, 503, 504})
_UNKNOWN_OPTION = frozenset({400, 422})
_SHOWN = 200


class Client:
    """One model at one address; it remembers which options the server understands."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._options = 0

    def ask(self, instruction: str, messages: Sequence[str]) -> list[Answer | ModelUnavailable]:
        """The answer to each message, or why there is none; all together within the bound of time."""
        # In a thread of its own, for the caller's may have a loop already, as in a notebook.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._ask_all(instruction, messages)).result()

    async def _ask_all(self, instruction: str, messages: Sequence[str]) -> list[Answer | ModelUnavailable]:
        httpx = _httpx()
        headers = {"Accept-Encoding": "identity"}
        if self._settings.key is not None:
            headers["Authorization"] = f"Bearer {self._settings.key.get_secret_value()}"
        slots = asyncio.Semaphore(AT_ONCE)
        # The time of all together is bounded below; a model on this machine is never reached through a proxy.
        async with httpx.AsyncClient(headers=headers, timeout=None, trust_env=not self._settings.is_local) as client:
            tasks = [asyncio.create_task(self._one(client, slots, instruction, message)) for message in messages]
            _, late = await asyncio.wait(tasks, timeout=self._settings.seconds)
            for task in late:
                task.cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
        return [self._outcome(each) for each in found]

    def _outcome(self, found: Answer | BaseException) -> Answer | ModelUnavailable:
        if isinstance(found, asyncio.CancelledError):
            return ModelUnavailable(
                f"the language model did not answer within {self._settings.seconds:g} seconds",
                hint=f"give it longer with {PREFIX}SECONDS",
            )
        if isinstance(found, Answer | ModelUnavailable):
            return found
        if isinstance(found, BaseException):
            raise found
        return found

    async def _one(self, client: httpx.AsyncClient, slots: asyncio.Semaphore, instruction: str, message: str) -> Answer:
        messages = [{"role": "system", "content": instruction}, {"role": "user", "content": message}]
        failures = 0
        async with slots:
            while True:
                options = self._options
                reply = await self._send(client, messages, _OPTIONS[options])
                if reply.status == 200:
                    return _read(reply.content)
                if reply.status in _UNKNOWN_OPTION and options + 1 < len(_OPTIONS):
                    self._options = max(self._options, options + 1)
                    continue
                failures += 1
                wait = 2.0 ** (failures - 1) if reply.wait is None else reply.wait
                if reply.status not in _PASSING or failures == ATTEMPTS or wait > self._settings.seconds:
                    raise self._failure(reply)
                await asyncio.sleep(wait)

    async def _send(self, client: httpx.AsyncClient, messages: list[dict[str, str]], options: dict[str, Any]) -> _Reply:
        httpx = _httpx()
        body = {"model": self._settings.model, "messages": messages, "stream": False} | options
        try:
            async with client.stream("POST", self._settings.endpoint, json=body) as response:
                content = bytearray()
                async for piece in response.aiter_raw():
                    content += piece
                    if len(content) > MOST_BYTES:
                        raise ModelUnavailable(
                            f"the language model's answer is over {MOST_BYTES:,} bytes", hint="ask another model"
                        )
        except httpx.InvalidURL as error:
            raise ModelUnavailable(f"{self._settings.url!r} is no address: {error}", hint="check --llm") from error
        except httpx.HTTPError as error:
            return _Reply(_UNREACHED, None, (str(error) or type(error).__name__).encode())
        return _Reply(response.status_code, _seconds(response.headers.get("retry-after")), bytes(content))

    def _failure(self, reply: _Reply) -> ModelUnavailable:
        said = " ".join(reply.content[: 4 * _SHOWN].decode("utf-8", "replace").split())
        if self._settings.key is not None:
            said = said.replace(self._settings.key.get_secret_value(), "…")
        said = said[:_SHOWN]
        if reply.status == _UNREACHED:
            return ModelUnavailable(
                f"the language model at {self._settings.url} cannot be reached: {said}", hint="is it running?"
            )
        hint = {401: f"set {PREFIX}KEY", 403: f"set {PREFIX}KEY", 404: "check the address and the model's name"}
        return ModelUnavailable(
            f"the language model answers with HTTP {reply.status}: {said}",
            hint=hint.get(reply.status, "try again later"),
        )


@dataclass(frozen=True, slots=True)
class _Reply:
    """What came back: `wait` is how many seconds the server asks to be left alone."""

    status: int
    wait: float | None
    content: bytes


_OPTIONS: tuple[dict[str, Any], ...] = (
    {
        "temperature": 0,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "statements", "strict": True, "schema": answer_schema()},
        },
    },
    {"temperature": 0, "response_format": {"type": "json_object"}},
    {"temperature": 0},
    {},
)
"""What is asked of a server besides the answer itself, the most helpful first: not every one understands all of it."""


def _read(content: bytes) -> Answer:
    """The statements in the envelope of an answer."""
    try:
        choice = json.loads(content)["choices"][0]
        text, reason = choice["message"]["content"], choice.get("finish_reason")
        answer = read_answer(text, is_cut=reason == "length")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ModelUnavailable(
            "the language model's answer is not of the protocol",
            hint="is the address that of an OpenAI-compatible API?",
        ) from error
    if answer is None:
        raise ModelUnavailable("the language model's answer holds no statements", hint="ask a more capable model")
    return answer


def _seconds(header: str | None) -> float | None:
    """What `Retry-After` asks for, where it is a number of seconds."""
    return float(header) if header and header.isascii() and header.isdigit() and len(header) < 6 else None


def _httpx() -> Any:
    try:
        import httpx  # noqa: PLC0415 - an extra, and only needed where a model is asked
    except ImportError as error:
        raise ModelUnavailable(
            "asking a language model needs httpx", hint="install the extra: pip install 'incident-graph[llm]'"
        ) from error
    return httpx

"""Who the providers are and how each is reached: a model string goes in, a route to one server comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from manual_slop.providers.base_urls import clean_base_url, is_loopback, ollama_base_url
from manual_slop.providers.config import Config, Vendor, load_config
from manual_slop.providers.credentials import (
    Credentials,
    environment,
    example_section,
    find_key,
    read_credentials,
    redact_environment,
)
from manual_slop.providers.model_strings import split_model, unknown_provider
from manual_slop.providers.rows import Provider, builtin_names, builtin_providers, other_prefixes
from manual_slop.providers.vendors import CUSTOM_OPENAI, overridden_row, vendor_row
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.secrets import Secret, redactor

_PLACEHOLDER_KEY = "no-key-needed"


def is_builtin(name: str) -> bool:
    """Whether a provider is one of ours; the others are vendors of the person's own."""
    return name in builtin_providers()


class Headers(dict[str, str]):
    """Extra headers to send; shows their names only, for a value may be a key."""

    def __repr__(self) -> str:
        return f"Headers({', '.join(self)})"


@dataclass(frozen=True, slots=True)
class Route:
    """How one model is reached. `model` is `provider/name`; `litellm_model` what litellm calls it.

    `api_base` is `None` where litellm knows the server itself. `local` says that it costs nothing, `custom` that it is
    a vendor of the person's own.
    """

    model: str
    provider: Provider
    name: str
    litellm_model: str
    api_base: str | None = None
    api_key: Secret | None = None
    headers: Headers = field(default_factory=Headers)
    local: bool = False
    custom: bool = False

    @property
    def protocol(self) -> str:
        """litellm's prefix, which decides how it speaks."""
        return self.litellm_model.partition("/")[0]

    @property
    def litellm_key(self) -> str | None:
        """What to give litellm as `api_key`, always.

        Without one it would take OPENAI_API_KEY to whatever server this is. `None` only where it has to sign in with
        credentials of its own (AWS, Google Cloud …).
        """
        if self.api_key is not None:
            return self.api_key.reveal()
        return None if self.provider.ambient else _PLACEHOLDER_KEY


class Registry:
    """The built-in providers and the vendors of a `Config`. Read-only but for what the environment and files say.

    `credentials` reads the credentials file; it is asked each time a key is not in the environment, so that a key
    added while the program runs is found. `rehearsal` starts the built-in server, if need be, and says where it is.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        credentials: Callable[[], Credentials] = read_credentials,
        rehearsal: Callable[[], str] | None = None,
    ) -> None:
        self.config = load_config() if config is None else config
        self._credentials = credentials
        self._rehearsal = rehearsal

    def names(self) -> tuple[str, ...]:
        """Every provider that can be used: the built-in ones, then the person's own vendors."""
        usable = [name for name in builtin_providers() if name not in self.config.unusable]
        return (*usable, *(name for name in self.config.vendors if not is_builtin(name)))

    def vendor(self, name: str) -> Vendor | None:
        """What `config.toml` says about a provider, if anything."""
        return self.config.vendors.get(name)

    def provider(self, name: str) -> Provider:
        """A provider by any of its names, as `config.toml` has it. Raises `ProviderError` if there is none."""
        name = builtin_names().get(name, name)
        if name in self.config.unusable:
            issue = self.config.unusable[name]
            advice = f"Mend {issue.path}{f', line {issue.line}' if issue.line else ''}."
            raise ProviderError("bad_request", name, "", f"{name} is not set up: {issue.message}.", advice=advice)
        vendor, row = self.vendor(name), builtin_providers().get(name)
        if vendor is not None:
            return vendor_row(vendor) if row is None else overridden_row(row, vendor)
        row = row or other_prefixes().get(name)
        if row is None:
            raise unknown_provider(name, "", self._known())
        return row

    def key(self, provider: Provider, explicit: str | None = None) -> Secret | None:
        """A provider's key, wherever it is. Raises `ConfigError` for a credentials file that cannot be used."""
        nothing = Credentials(self.config.path.with_name("credentials.toml"))
        found = find_key(provider, explicit, nothing)
        if found is not None or not (provider.key_env or provider.ambient):
            return found
        return find_key(provider, None, self._credentials())

    def required_key(
        self, provider: Provider, base_url: str, *, explicit: str | None = None, model: str = ""
    ) -> Secret | None:
        """As `key`, but raises `ProviderError` of kind `auth` when one is needed there and missing."""
        key = self.key(provider, explicit)
        if key is None and self._needs_key(provider, base_url):
            raise self._no_key(provider, model)
        return key

    def base_url(self, provider: Provider, explicit: str | None = None) -> str:
        """Where a provider's server is; empty when only litellm knows."""
        return self._chosen_base(provider, explicit) or provider.base_url

    def headers(self, provider: Provider) -> Headers:
        """The extra headers that `config.toml` wants sent, with the values of environment variables put in."""
        vendor = self.vendor(provider.name)
        return (
            Headers((name, self._header(name, value)) for name, value in vendor.headers.items())
            if vendor
            else Headers()
        )

    def resolve(self, model: str, *, api_key: str | None = None, api_base: str | None = None) -> Route:
        """The route to a model. Nothing is sent anywhere.

        Raises `ProviderError` of kind `bad_request` for a model string or URL that makes no sense and of kind `auth`
        when a key is needed and there is none; `ConfigError` for settings that stand in the way.
        """
        provider, name = self._split(model)
        whole = f"{provider.name}/{name}"
        if provider.litellm == CUSTOM_OPENAI and name.startswith("responses/"):
            raise ProviderError("bad_request", provider.name, whole, "litellm keeps names with responses/ to itself.")
        placed = self.placed(provider, name)
        base = self._chosen_base(provider, api_base) or (
            provider.base_url if placed.custom or provider.local or provider.litellm == CUSTOM_OPENAI else ""
        )
        if provider.needs_base and not base:
            raise _no_base(provider, whole)
        key = self.required_key(provider, base, explicit=api_key, model=whole)
        redact_environment(provider.secret_env)
        return replace(placed, api_base=base or None, api_key=key, headers=self.headers(provider))

    def place(self, model: str) -> Route:
        """Where a model belongs, without key and server: enough to say what it can do and costs.

        Raises `ProviderError` for a model string that makes no sense.
        """
        return self.placed(*self._split(model))

    def placed(self, provider: Provider, name: str) -> Route:
        """As `place`, for one of a provider's models."""
        return Route(
            f"{provider.name}/{name}",
            provider,
            name,
            f"{provider.litellm}/{name}",
            local=provider.local and not name.endswith(("-cloud", ":cloud")),  # Ollama takes these to paid servers
            custom=provider.name in self.config.vendors and not is_builtin(provider.name),
        )

    def _split(self, model: str) -> tuple[Provider, str]:
        known = self._known()
        prefix, name = split_model(model, self.config.aliases, known)
        if prefix not in known and prefix not in self.config.unusable:
            raise unknown_provider(prefix, name, known)
        return self.provider(prefix), name

    def _known(self) -> Mapping[str, Provider]:
        rows = {name: builtin_providers()[known_as] for name, known_as in builtin_names().items()}
        own = {name: vendor_row(vendor) for name, vendor in self.config.vendors.items() if name not in rows}
        return {**other_prefixes(), **rows, **own}

    def _chosen_base(self, provider: Provider, explicit: str | None) -> str:
        """The base URL somebody chose: as argument, in the environment, in `config.toml`; else nothing."""
        if explicit:
            return _cleaned(provider, explicit, "api_base")
        for name in provider.base_env:
            if environment(name):
                return _cleaned(provider, environment(name), f"{name} in the environment")
        vendor = self.vendor(provider.name)
        if vendor and vendor.api_base:
            return _cleaned(provider, vendor.api_base, "api_base")
        return self._rehearsal() if provider.name == "rehearsal" and self._rehearsal else ""

    def _header(self, name: str, value: str) -> str:
        if value.startswith("env:"):
            variable = value.removeprefix("env:")
            value = environment(variable)
            if not value or not value.isascii() or not value.isprintable():
                value = ""  # a traceback that shows local variables must not show this one
                problem = f"the header {name} takes {variable} from the environment, which has nothing fit to send"
                raise ConfigError(problem, self.config.path)
        redactor.register(value)
        return value

    def _needs_key(self, provider: Provider, base: str) -> bool:
        vendor = self.vendor(provider.name)
        if vendor is not None and vendor.api_key_required is not None:
            return vendor.api_key_required
        return provider.needs_key and not provider.ambient and not is_loopback(base)

    def _no_key(self, provider: Provider, model: str) -> ProviderError:
        path = self.config.path.with_name("credentials.toml")
        variables = " or ".join(provider.key_env)
        message = f"No key for {provider.title}: not in the environment ({variables}), not in {path} [{provider.name}]."
        where = f" (keys: {provider.key_url})" if provider.key_url else ""
        advice = (
            f"Set {provider.key_env[0]} in the environment, or write into {path}{where}:\n\n"
            f"{example_section(provider.name)}"
        )
        return ProviderError("auth", provider.name, model, message, advice=advice)


def _cleaned(provider: Provider, text: str, origin: str) -> str:
    reason = ""
    try:
        url = ollama_base_url(text) if origin.startswith("OLLAMA_HOST") else clean_base_url(text)
        # litellm adds the version to these itself.
        return url.removesuffix("/v1") if provider.wire in ("anthropic", "ollama") else url
    except ValueError as error:
        reason = str(error)
    raise ProviderError("bad_request", provider.name, "", f"{origin} {reason}.", advice=f"Correct {origin}.")


def _no_base(provider: Provider, model: str) -> ProviderError:
    message = f"{provider.title} needs to know where its server is."
    variables = f"set {provider.base_env[0]} in the environment or " if provider.base_env else ""
    advice = f"To say where: {variables}put api_base under [providers.{provider.name}] in config.toml."
    return ProviderError("bad_request", provider.name, model, message, advice=advice)

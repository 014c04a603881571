"""Settings of the care plane. Safe by default: what weakens it has to be switched on by name.

| variable | meaning | default |
|---|---|---|
| `SAMSPIL_HOME` | where data and keys lie | `var/` |
| `SAMSPIL_DATABASE_URL` | `postgresql://…` | SQLite in the home |
| `SAMSPIL_DATABASE_POOL` | connections of a process, at least and at most; `0` is none | pages: `1-4` |
| `SAMSPIL_STATEMENT_TIMEOUT`, `SAMSPIL_LOCK_TIMEOUT` | seconds a statement, a lock may take | pages: 30, 10 |
| `SAMSPIL_PGBOUNCER` | 1 with PgBouncer (by transaction) before PostgreSQL | 0 |
| `SAMSPIL_HOSTS` | host names that are served, with commas | this machine only |
| `SAMSPIL_HTTPS` | 0 on a loopback address without TLS | 1 |
| `SAMSPIL_PROXIES` | how many reverse proxies stand before it; each adds to `X-Forwarded-For` | 0 |
| `SAMSPIL_DEMO` | 1 offers a log-in for each role without password; synthetic data only | 0 |
| `SAMSPIL_SECRET_KEY`, `SAMSPIL_LOG_KEY` | keys of sessions and of the access log | files in the home |
| `SAMSPIL_OIDC` | a JSON file with identity providers (docs/operating.md) | none |
| `SAMSPIL_SMTP_URL`, `SAMSPIL_MAIL_FROM` | a mail server, and the sender of e-mails | none; a demonstration prints |
| `SAMSPIL_LOG` | lines of log as `json` or `text` | `text`; `samspil serve` writes JSON unless to a terminal |
| `SAMSPIL_METRICS_TOKEN` | who has it may read `/metrics` from elsewhere | none: this machine only |
| `SAMSPIL_ADDRESS` | the address of the work list that e-mails name, as `https://samspil.dk/work/` | none |
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from samspil.config import environment
from samspil.config.identity import read_providers
from samspil.config.watching import lines
from samspil.warehouse.home import Home

HOME = Home.find().root
DEBUG = False
DEMO = environment.flag("SAMSPIL_DEMO", default=False)
HTTPS = environment.flag("SAMSPIL_HTTPS", default=True)
SECRET_KEY = environment.secret(HOME, "secret.key", "SAMSPIL_SECRET_KEY")
#: Keys the chain of the access log, so that who can write to the database alone cannot forge it.
LOG_KEY = environment.secret(HOME, "log.key", "SAMSPIL_LOG_KEY")
#: Seals of the access log, kept outside the database (decision 34).
LOG_SEALS = HOME / "seals.jsonl"
IDENTITY_PROVIDERS = read_providers()
ALLOWED_HOSTS = environment.words("SAMSPIL_HOSTS", "localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "samspil.web",
    "samspil.improvement",
    "samspil.lists",
    "samspil.plans",
    "samspil.access",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
]

MIDDLEWARE = [
    # Before everything else: probes have no session, no host name and no TLS, and what others answer is watched too.
    "samspil.config.watching.probes.ProbeMiddleware",
    "samspil.config.watching.middleware.WatchMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "samspil.access.middleware.NulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "samspil.access.sessions.NotKeptMiddleware",
    "samspil.access.middleware.ActorMiddleware",
    "samspil.access.sessions.IdleMiddleware",
    # After the check against forged requests: only what came from our own pages is kept or let through.
    "samspil.access.held_forms.HeldFormMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "samspil.access.second_factor.SecondFactorMiddleware",
]
CSRF_FAILURE_VIEW = "samspil.access.views.held.too_old"

FORM_RENDERER = "samspil.web.forms.Renderer"
ROOT_URLCONF = "samspil.config.urls"
WSGI_APPLICATION = "samspil.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "samspil.web.context.page",
            ],
        },
    }
]

DATABASES = {"default": environment.database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Shared by every process, so that throttling counts all of them together. Large, because a full cache makes room by
# forgetting: whoever tried names enough would otherwise have their wrong passwords forgotten.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# Accounts are made by an administrator or come from an identity provider; nobody signs up by themselves.
ACCOUNT_ADAPTER = "samspil.access.accounts.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "samspil.access.accounts.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
# Five wrong passwords for one account within five minutes; many for all accounts from one address, since a whole
# practice or hospital shares one.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "30/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("SAMSPIL_PROXIES", default=0)
ACCOUNT_USER_DISPLAY = "samspil.access.accounts.display_name"
MFA_ADAPTER = "samspil.access.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "samspil.access.forms.passkeys.AddPasskeyForm",
    "edit_webauthn": "samspil.access.forms.passkeys.EditPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Samspil"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider.as_app() for provider in IDENTITY_PROVIDERS]}}

SESSION_COOKIE_AGE = 30 * 60  # half an hour without use
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
#: What somebody typed when their session had expired is kept for them so long, in seconds.
HELD_FORM_AGE = 24 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # the way back from an identity provider must find the session
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],  # the square code of a new second factor
        "connect-src": [SELF],
        "form-action": [SELF, *sorted({origin for provider in IDENTITY_PROVIDERS for origin in provider.origins})],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Forms are small here; nothing is uploaded.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_HANDLERS = ["samspil.access.uploads.NoFiles"]

# Reminders of tasks; `MAIL_IS_SENT` says whether there is anywhere to give them.
_mail = environment.mail(DEMO)
MAIL_IS_SENT = bool(_mail["MAIL_IS_SENT"])
globals().update(_mail)
ADDRESS = os.environ.get("SAMSPIL_ADDRESS", "").strip()

LANGUAGE_CODE = "da"
LANGUAGES = [("da", _("Danish")), ("en", _("English"))]
LOCALE_PATHS: list[Path] = []
TIME_ZONE = "Europe/Copenhagen"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["samspil.web.formats"]

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

METRICS_TOKEN = environment.token("SAMSPIL_METRICS_TOKEN")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": lines.formatter}},
    "filters": {"exceptions": {"()": "django.utils.log.CallbackFilter", "callback": lines.has_exception}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "samspil": {"level": "INFO"},
        # Neither Django's own handlers nor its lines about answers: `samspil.request` tells of every request.
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR", "filters": ["exceptions"]},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []

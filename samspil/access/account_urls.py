"""The addresses of logging in. Of the library's pages only those that are used: nobody signs up, no mail is sent."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from django.urls import path

from samspil.access.views import account as ours

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", ours.log_out, name="account_logout"),
    path("closed/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", ours.change_password, name="account_change_password"),
    path("two/", mfa.index, name="mfa_index"),
    path("two/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("two/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("two/app/add/", totp.activate_totp, name="mfa_activate_totp"),
    path("two/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("two/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("two/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("two/codes/download/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("two/passkeys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("two/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("two/passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("two/passkeys/reauthenticate/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("two/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("two/passkeys/<int:pk>/edit/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("provider/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("provider/<slug:provider_id>/", ours.log_in_at_provider, name="openid_connect_login"),
    path("provider/<slug:provider_id>/callback/", ours.come_back_from_provider, name="openid_connect_callback"),
]

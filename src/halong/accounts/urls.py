from django.urls import path, re_path

from halong.accounts.views import account, keys, sign_in, users

urlpatterns = [
    path("login", sign_in.sign_in, name="login"),
    path("login/code", sign_in.code, name="login-code"),
    path("logout", sign_in.sign_out, name="logout"),
    path("account", account.account, name="account"),
    path("account/contact", account.contact, name="account-contact"),
    path("account/look", account.look, name="account-look"),
    path("account/password", account.password, name="account-password"),
    path("account/second-step", account.second_step, name="account-second-step"),
    path("account/second-step/remove", account.remove_second_step, name="account-second-step-remove"),
    path("account/second-step/codes", account.recovery_codes, name="account-recovery-codes"),
    path("account/sessions/end-others", account.end_other_sessions, name="account-sessions-end"),
    path("account/sessions/<int:pk>/end", account.end_session, name="account-session-end"),
    path("users", users.users, name="users"),
    path("users/new", users.new_user, name="user-new"),
    path("users/import", users.import_users, name="users-import"),
    path("users/<int:pk>", users.user, name="user"),
    path("users/<int:pk>/grants", users.add_grant, name="user-grant-add"),
    path("users/<int:pk>/grants/<int:grant_pk>/remove", users.remove_grant, name="user-grant-remove"),
    path("users/<int:pk>/password", users.reset_password, name="user-password"),
    path("users/<int:pk>/sessions/<int:session_pk>/end", users.end_session, name="user-session-end"),
    re_path(
        rf"^users/(?P<pk>\d+)/(?P<change>{'|'.join(users.CHANGES)})$", users.change_state, name="user-change"
    ),
    path("keys", keys.keys, name="keys"),
    path("keys/new", keys.new_key, name="key-new"),
    path("keys/<int:pk>/rotate", keys.rotate_key, name="key-rotate"),
    path("keys/<int:pk>/revoke", keys.revoke_key, name="key-revoke"),
    path("displays", keys.displays, name="displays"),
    path("displays/new", keys.new_display, name="display-new"),
    path("displays/<int:pk>/revoke", keys.revoke_display, name="display-revoke"),
]

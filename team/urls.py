"""Addresses of the team floor."""

from django.urls import path

from team import views, views_account, views_books, views_entry

urlpatterns = [
    path("sign-in/", views_entry.sign_in, name="sign_in"),
    path("sign-in/demo/", views_entry.demo_sign_in, name="demo_sign_in"),
    path("sign-out/", views_entry.sign_out, name="sign_out"),
    path("second-factor/", views_entry.check_code, name="second_factor"),
    path("second-factor/set-up/", views_entry.set_up, name="second_factor_set_up"),
    path("second-factor/codes/", views_entry.new_codes, name="second_factor_codes"),
    path("account/", views_account.account, name="account"),
    path("account/password/", views_account.password, name="password"),
    path("account/sessions/", views_account.end_sessions, name="end_sessions"),
    path("team/", views.team_page, name="team"),
    path("team/matrix/", views.matrix_page, name="matrix"),
    path("team/books/", views_books.books_page, name="books"),
    path("team/books/<uuid:pk>/", views_books.hand_over, name="hand_over"),
    path("team/<uuid:pk>/", views.user_page, name="user"),
    path("team/<uuid:pk>/<slug:deed>/", views.change_user, name="change_user"),
]

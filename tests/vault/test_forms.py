"""What a form says about a field that was left empty: which one, and what to do; never the framework's own words."""

import pytest
from django import forms
from django.contrib.auth import password_validation
from django.utils import translation

from consent.models import Purpose
from vault.forms import DayField, StrictForm


class Asked(StrictForm):
    words = forms.CharField(label="Reply")
    day = DayField(label="Day")
    ground = forms.ChoiceField(label="Ground", choices=[("a", "A")])
    file = forms.FileField(label="Sheet")
    own = forms.CharField(label="Number", error_messages={"required": "Ours."})
    bare = forms.CharField()
    days = forms.IntegerField(label="Days", min_value=1, max_value=9)
    purpose = forms.ModelChoiceField(label="Purpose", queryset=Purpose.objects.none())
    name = forms.SlugField(label="Name", required=False)
    other = forms.ModelChoiceField(label="Other", queryset=Purpose.objects.none(), required=False)


def said(data, language):
    with translation.override(language):
        return {name: errors[0] for name, errors in Asked(data, {}).errors.items()}


def test_an_empty_field_is_named():
    assert said({}, "en") == {
        "words": "Please fill in “Reply”.",
        "day": "Please fill in “Day”.",
        "ground": "Please choose “Ground”.",
        "file": "Please choose “Sheet”.",
        "own": "Ours.",
        "bare": "Please fill in this field.",
        "days": "Please fill in “Days”.",
        "purpose": "Please choose “Purpose”.",
    }
    assert list(said({}, "zh-hans").values())[:3] == ["请填写“Reply”。", "请填写“Day”。", "请选择“Ground”。"]


def test_a_label_given_late_is_the_one_that_is_named():
    form = Asked({}, {})
    form.fields["words"].label = "Answer"
    assert form.errors["words"] == ["请填写“Answer”。"]


@pytest.mark.parametrize(
    ("days", "english", "chinese"),
    [
        ("12", "Please write a number of at most 9.", "请填写不大于 9 的数。"),
        ("0", "Please write a number of at least 1.", "请填写不小于 1 的数。"),
        ("x", "Please write a whole number.", "请填写整数。"),
    ],
)
def test_a_number_has_its_limits_said(days, english, chinese):
    assert (said({"days": days}, "en")["days"], said({"days": days}, "zh-hans")["days"]) == (english, chinese)


def test_a_name_of_letters_says_which():
    assert (said({"name": "张 三!"}, "en")["name"], said({"name": "张 三!"}, "zh-hans")["name"]) == (
        "Please use letters, digits, hyphens and underscores only.",
        "只能使用字母、数字、连字符和下划线。",
    )


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Please choose a password of at least 12 characters."), ("zh-hans", "密码至少需要 12 个字符。")],
)
def test_a_short_password_is_refused_in_both_languages(language, sentence):
    with translation.override(language), pytest.raises(forms.ValidationError) as refused:
        password_validation.validate_password("Kx7-qu")
    assert refused.value.messages == [sentence]


def test_an_empty_choice_says_what_to_do():
    form = Asked()
    assert [str(form.fields[name].empty_label) for name in ("purpose", "other")] == ["请选择", "–"]

"""Coming into an instance under exercise."""

import pytest
from tests.exercises.conftest import order_of

from halong.accounts.models import User
from halong.core.errors import Forbidden, NotFound
from halong.core.permissions import SYSTEM
from halong.exercises.actions.entering import add_people, renew_entry, use_entry
from halong.exercises.models import Participant


def test_people_come_with_their_names_and_roles_and_no_password(trainer):
    user = User.objects.get(username="an")
    assert (user.full_name, user.title, list(user.grants.values_list("role", flat=True))) == (
        "Lê An",
        "Trưởng ca",
        ["leader"],
    )
    assert user.email == user.phone == ""
    assert add_people(order_of().people, by=SYSTEM) == 0


def test_a_code_lets_in_once(instance):
    assert use_entry("code-binh").username == "binh"
    with pytest.raises(NotFound):
        use_entry("code-binh")


@pytest.mark.parametrize("code", ["", "wrong", "code-binh "])
def test_no_other_code_lets_in(instance, code):
    with pytest.raises(NotFound):
        use_entry(code)


def test_outside_of_an_exercise_no_code_lets_in(instance, settings):
    settings.HALONG_EXERCISE = False
    with pytest.raises(NotFound):
        use_entry("code-binh")


def test_the_trainer_makes_a_new_code_and_the_old_one_is_void(trainer, trainee):
    participant = Participant.objects.get(user=trainee)
    with pytest.raises(Forbidden):
        renew_entry(participant, by=trainee)
    code = renew_entry(participant, by=trainer)
    with pytest.raises(NotFound):
        use_entry("code-binh")
    assert use_entry(code) == trainee


def test_the_link_shows_a_button_and_the_button_signs_in(instance, client):
    page = client.get("/exercise/enter/code-binh")
    assert page.status_code == 200
    assert "DIỄN TẬP" in page.content.decode()
    answer = client.post("/exercise/enter/code-binh", {"next": "/exercise"})
    assert (answer.status_code, answer["Location"]) == (302, "/exercise")
    assert client.post("/exercise/enter/code-binh").status_code == 404

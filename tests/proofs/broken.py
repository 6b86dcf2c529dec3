"""The site's addresses and one more, whose view breaks with a number in every place it could be in."""

from django.urls import path

from crm.urls import urlpatterns as ours
from team.doors import public_door


def breaks(request):
    """Fail as badly as a view can: the number in a variable, in the message, in its cause and in a note."""
    number = request.POST["number"]
    try:
        int(f"+86 {number} x")
    except ValueError as cause:
        failed = RuntimeError(f"could not save {number} of {request.FILES}")
        failed.add_note(f"number={number[:3]}-{number[3:7]}-{number[7:]}")
        raise failed from cause


urlpatterns = [*ours, path("broken/", public_door()(breaks))]

"""A made studio with years of work in it, written in bulk: `furnish(takes=100_000)`.

The same number always gives the same studio. All takes share one real film on disk, and with it its pictures. The first
of them are made one by one; the database itself multiplies them, with all that hangs on them and their search entries.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils import timezone

from studio.choices import Operation, RenderState, ReviewState, Role, Standing
from studio.jobs.posters import make_pictures
from studio.media import storage
from studio.models import (
    Collection,
    CollectionTake,
    Comment,
    Favourite,
    Output,
    Project,
    Render,
    RenderEvent,
    Tag,
    TakeTag,
    User,
)
from studio.services import search_index
from studio.services.outputs import Pictures
from tests.factories import make_key, make_project, make_prompt, make_request, make_user
from tests.media_factories import make_video

PROJECTS = ("Lumen", "Harbour", "Night Bus", "Salt", "Paper Moon", "Ferry", "Orchard", "Kiln")
PEOPLE = ("ada", "bo", "chen", "dilnoza", "eva", "farid")
TAGS = ("hero", "alt", "night", "wide", "close", "b-roll", "final look", "sky", "crowd", "too slow", "plate", "pickup")
PLACES = ("lighthouse", "harbour", "orchard", "subway", "kitchen", "desert", "rooftop", "forest", "bridge", "market")
LIGHTS = ("golden sunset", "blue hour", "overcast noon", "neon night", "candle light", "first snow", "dust storm")
MOVES = ("slow push-in", "aerial orbit", "locked tripod", "handheld follow", "crane up", "whip pan")
PROMPT = "A {place} in {light}, long waves of people and birds passing, warm haze over it, {move}, take {number}"
RESOLUTIONS, RATIOS = ("480p", "720p", "1080p"), ("16:9", "9:16", "1:1", "4:3")
MODELS = ("seedance-2.0-fast", "seedance-2.0", "seedance-1.5-pro")
# A rare word, as one that somebody looks for again: in one of so many prompts.
RARE, RARE_EACH = "heron", 500
# So many are made one by one.
PATTERN = 2_000
FAILED_EACH, COMMENT_EACH = 30, 10
# Where the words of takes are kept, by database: the table, the column of the number, and what is copied with it.
SEARCHED = {
    "sqlite": ("studio_search_take", "rowid", "place, main, names, talk"),
    "postgresql": ("studio_search_take", "id", "vector"),
}


def furnish(takes: int) -> User:
    """A studio with `takes` of them; gives its artist, who is in all projects but two and has the composer open."""
    people = [make_user(name, display_name=name.title()) for name in PEOPLE]
    artist, manager = people[0], make_user("manager", display_name="Maja Manager")
    projects = []
    for number, name in enumerate(PROJECTS):
        members = {Role.MANAGER: manager} | ({Role.ARTIST: artist} if number < len(PROJECTS) - 2 else {})
        projects.append(make_project(members, name=name, slug=name.lower().replace(" ", "-")))
        make_prompt(projects[-1], "A {place} in {light}.")
    Maker(projects, people, min(takes, PATTERN)).run()
    search_index.index(noun="take", numbers=Render.objects.values_list("pk", flat=True))
    multiply(takes // PATTERN)
    return artist


def multiply(times: int) -> None:
    """Give every take so many of its like in all, with what hangs on them, later numbers and an entry in the search."""
    span = Render.objects.latest("pk").pk
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (Render, Output, RenderEvent, TakeTag, CollectionTake, Comment, Favourite):
            own = model.objects.latest("pk").pk
            for copy in range(1, times):
                _copy(cursor, model, own, copy, span)
            if connection.vendor == "postgresql":
                table = model._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        table, number, words = SEARCHED[connection.vendor]
        for copy in range(1, times):
            cursor.execute(
                f"INSERT INTO {table} ({number}, {words}) SELECT {number} + {copy * span}, {words} FROM {table}"
                f" WHERE {number} <= {span}"
            )


def _copy(cursor: CursorWrapper, model: type[Model], own: int, copy: int, span: int) -> None:
    """Take the pattern of a table once more, its numbers moved on."""
    # A press on the button has so many takes: that keeps them apart.
    moved = {"id": f"id + {copy * own}", "render_id": f"render_id + {copy * span}", "take_number": str(1 + copy)}
    columns = [str(field.column) for field in model._meta.concrete_fields]
    wanted = ", ".join(moved.get(column, f'"{column}"') for column in columns)
    names, table = ", ".join(f'"{column}"' for column in columns), model._meta.db_table
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {wanted} FROM {table} WHERE id <= {own}")


class Maker:
    """Writes the rows, batch by batch."""

    def __init__(self, projects: list[Project], people: list[User], takes: int) -> None:
        self.projects, self.people, self.takes = projects, people, takes
        self.dice = random.Random(takes)  # noqa: S311
        self.key = make_key()
        self.begun = timezone.now() - timedelta(days=900)
        self.film, self.pictures, self.size = _film()
        self.tags = {project.pk: self._tags(project) for project in projects}
        self.boards = {
            project.pk: [Collection.objects.create(project=project, name=f"Board {number}") for number in range(3)]
            for project in projects
        }

    def run(self) -> None:
        """All takes with what hangs on them."""
        renders = Render.objects.bulk_create(self._render(number) for number in range(self.takes))
        ready = [render for render in renders if render.state == RenderState.READY]
        Output.objects.bulk_create(self._output(render) for render in ready)
        RenderEvent.objects.bulk_create(event for render in renders for event in self._events(render))
        TakeTag.objects.bulk_create(mark for render in renders for mark in self._marks(render))
        CollectionTake.objects.bulk_create(
            CollectionTake(collection=self.boards[render.project_id][render.pk % 3], render=render, position=render.pk)
            for render in ready
            if self.dice.random() < 0.03
        )
        Comment.objects.bulk_create(self._comment(render) for render in ready if render.pk % COMMENT_EACH == 0)
        Favourite.objects.bulk_create(
            Favourite(user=self.people[0], render=render) for render in ready if self.dice.random() < 0.02
        )

    def _tags(self, project: Project) -> list[Tag]:
        return Tag.objects.bulk_create(Tag(project=project, name=name, key=name) for name in TAGS)

    def _moment(self, number: int) -> datetime:
        """Spread over the years, the last ones a day ago."""
        return self.begun + timedelta(days=899 * number / self.takes)

    def _render(self, number: int) -> Render:
        dice, failed = self.dice, number % FAILED_EACH == 7
        seconds, price = Decimal(dice.randint(3, 15)), Decimal(dice.randint(8, 320)) / 100
        ratio, resolution = dice.choice(RATIOS), dice.choice(RESOLUTIONS)
        prompt = PROMPT.format(
            place=dice.choice(PLACES), light=dice.choice(LIGHTS), move=dice.choice(MOVES), number=number
        ) + (f", and a {RARE}" if number % RARE_EACH == 0 else "")
        request = make_request(
            prompt=prompt, aspect_ratio=ratio, resolution=resolution, duration=int(seconds), model=dice.choice(MODELS)
        )
        moment = self._moment(number)
        return Render(
            project=dice.choice(self.projects),
            asked_by=dice.choice(self.people),
            key=self.key,
            provider=self.key.provider,
            model=request.model,
            operation=Operation.TEXT_TO_VIDEO,
            spec=request.to_json(),
            submission=uuid4(),
            state=RenderState.FAILED if failed else RenderState.READY,
            error_said="The gateway was too busy." if failed else "",
            standing=Standing.RELEASED if failed else Standing.SETTLED,
            estimate=price,
            price=None if failed else price,
            aspect_ratio=ratio,
            resolution=resolution,
            seconds=seconds,
            rating=0 if failed else dice.choice((0, 0, 0, 1, 2, 3, 3, 4, 5)),
            review_state=ReviewState.APPROVED if number % 40 == 0 and not failed else ReviewState.NONE,
            created_at=moment,
            state_at=moment,
            booked_at=moment,
            ended_at=moment,
        )

    def _output(self, render: Render) -> Output:
        return Output(
            render=render,
            file=self.film,
            sha256=f"{render.pk:064x}",
            size=self.size,
            width=640,
            height=360,
            seconds=render.seconds or Decimal(0),
            frame_rate="24/1",
            video_codec="h264",
            audio_codec="aac",
            poster=self.pictures.poster,
            card_posters=self.pictures.card_posters,
            filmstrip=self.pictures.filmstrip,
            filmstrip_frames=self.pictures.filmstrip_frames,
            last_frame=self.pictures.last_frame,
            created_at=render.created_at,
        )

    def _events(self, render: Render) -> Iterator[RenderEvent]:
        for before, after in (("", RenderState.QUEUED), (RenderState.QUEUED, render.state)):
            yield RenderEvent(
                render=render, from_state=before, to_state=after, reason="As it goes", created_at=render.created_at
            )

    def _marks(self, render: Render) -> Iterator[TakeTag]:
        for tag in self.dice.sample(self.tags[render.project_id], self.dice.choice((0, 0, 1, 2))):
            yield TakeTag(tag=tag, render=render)

    def _comment(self, render: Render) -> Comment:
        author = self.dice.choice(self.people)
        text = f"Hold the {self.dice.choice(PLACES)} a little longer, and keep the lamp in the picture."
        return Comment(render=render, author=author, name=author.label, text=text, frame=12)


def _film() -> tuple[str, Pictures, int]:
    file = "renders/shared/video.mp4"
    path = storage.absolute(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    make_video(path, seconds=4, size=(640, 360), sound=True)
    return file, make_pictures(1, file), path.stat().st_size

"""The report: one page in Markdown, its pictures and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from visualizer.atomic import replacing
from visualizer.experiments.rotation import tables
from visualizer.experiments.rotation.findings import findings
from visualizer.experiments.rotation.look import BORDER
from visualizer.experiments.rotation.measures import LEVEL
from visualizer.experiments.rotation.pictures import Picture, write_pictures
from visualizer.experiments.rotation.recipe import BATCH, FACTOR, deviations
from visualizer.experiments.rotation.results import Results
from visualizer.experiments.rotation.settings import SETTINGS
from visualizer.experiments.rotation.tables import Spread, summary
from visualizer.experiments.rotation.variants import title
from visualizer.experiments.rotation.verdicts import MARGIN, Comparison, Finding, points

REPORT = "report.md"
ONE_SEED = (
    "Networks that begin with other weights may say the opposite: what follows is of these runs alone. "
    "Three seeds or more (`--seeds 1337,1338,1339`) give a spread to judge differences by."
)


def write_report(results: Results, out: Path) -> None:
    """Write tables, pictures and ``report.md`` into the folder. Raises ``OSError`` as writing does."""
    tables.write_tables(results, out)
    pictures = write_pictures(results, out)
    with replacing(out / REPORT) as part:
        part.write_text(page(results, pictures), encoding="utf-8")


def page(results: Results, pictures: Sequence[Picture]) -> str:
    """The text of the page."""
    parts = (
        _beginning(results),
        _setup(results),
        _findings(results),
        _networks(results),
        _pictures(pictures),
        _transplants(results),
        _failures(results),
        _files(),
    )
    return "\n".join(line for part in parts for line in part)


def _beginning(results: Results) -> Iterator[str]:
    yield "# Rotations and normalised weights in mini-VGG"
    yield ""
    yield (
        "Can a network be made not to care how its input is turned, and what does it cost? Mini-VGG, the baseline, "
        "beside networks whose last convolutions try every filter at 4 or 8 rotations (`8_rot_2`: 8 rotations in the "
        "last 2 of 4) and keep the largest response, or pass on all (`_concat`), and beside networks with normalised "
        "weights. All have the same recipe."
    )
    yield ""
    if len(results.plan.seeds) == 1:
        yield f"**One seed.** {ONE_SEED}"
        yield ""
    for finding in findings(results):
        yield f"- **{finding.key}. {finding.verdict.capitalize()}.** {finding.expected} {finding.sentence}"
    yield ""


def _setup(results: Results) -> Iterator[str]:
    plan, data = results.plan, results.data
    angles = len(results.runs[0].look.angles)
    looked = len(results.runs[0].look.shares)
    yield "## What was done"
    yield ""
    augmentation = ", ".join(f"{name} {value:g}" for name, value in data.augmentation) or "none"
    yield (
        f"- Recipe: `{plan.recipe}`. Adam, learning rate {plan.row.learning_rate:g}, times {FACTOR:g} where validation "
        f"stalls; batches of {BATCH}; at most {plan.epochs} epochs; augmentation: {augmentation}."
    )
    yield (
        f"- Data: {data.name}, {len(data.classes)} classes, {data.trained:,} images an epoch, {data.validated:,} for "
        f"validation. Accuracies are measured on {data.tested:,} {data.split} images."
    )
    yield (
        f"- Rotations: {looked:,} {data.split} images, the same for every network, at {angles} angles, every "
        f"{plan.step:g}°; what lies outside a picture is {BORDER}."
    )
    seeds = ", ".join(map(str, plan.seeds))
    yield f"- Networks: {len(plan.networks)}; seeds: {seeds}. Networks of one seed begin with the same weights."
    yield f"- Computed on: {results.device}."
    yield ""
    yield from _notes(results)
    yield "Where this differs from the recipe of the reference network:"
    yield ""
    yield from (f"- {sentence}" for sentence in deviations(plan, data))
    yield ""


def _notes(results: Results) -> Iterator[str]:
    notes = dict.fromkeys((*results.data.notes, *(run.look.note for run in results.runs)))
    for note in filter(None, notes):
        yield f"Note: {note}"
        yield ""
    if results.data.split == "validation":
        yield "There are no test images: accuracies are those of the images that the best epoch was chosen by."
        yield ""


def _findings(results: Results) -> Iterator[str]:
    yield "## Findings in figures"
    yield ""
    if len(results.plan.seeds) > 1:
        yield (
            "“Shown” and “not shown” are said where a difference is larger than its spread: the root of the sum of "
            f"the squares of both standard deviations over {len(results.plan.seeds)} seeds."
        )
    else:
        yield (
            "With one seed there is no spread over seeds. “Shown” and “not shown” are said where a difference is "
            "larger than 1.96 standard errors for the number of images (of an accuracy the binomial one); what other "
            "weights at the start would change is not in it."
        )
    yield (
        f"A loss of up to {100 * MARGIN:g} point of accuracy counts as none. The common level is {LEVEL:g} of the "
        "lowest best validation accuracy among the networks compared, of each seed."
    )
    yield ""
    for finding in findings(results):
        yield f"### {finding.key}. {finding.expected}"
        yield ""
        yield f"**{finding.verdict.capitalize()}.** {finding.sentence}"
        yield ""
        if finding.comparisons:
            yield f"Compared: {finding.figure}, in per cent; differences in points."
            yield ""
            yield from _compared(finding)
            yield ""


def _compared(finding: Finding) -> Iterator[str]:
    remarks = any(part.more for part in finding.comparisons)
    header = ["network", "its figure", finding.other or "other", "difference", "spread", "verdict"]
    yield from _table([*header, *(["remark"] if remarks else [])], _rows(finding.comparisons, remarks))


def _rows(comparisons: Iterable[Comparison], remarks: bool) -> Iterator[list[str]]:
    for part in comparisons:
        figures = [f"{100 * value:.1f}" for value in (part.figure, part.other)]
        row = [part.name, *figures, points(part.difference), f"{100 * part.spread:.1f}", part.verdict]
        yield [*row, part.more] if remarks else row


def _networks(results: Results) -> Iterator[str]:
    yield "## Networks"
    yield ""
    yield (
        "Accuracy on images as they are; the share of angles classified right, mean over images; the angle at which "
        "the fewest images are classified right. Seconds are those of training, beside other processes."
    )
    yield ""
    header = ["network", "parameters", "accuracy %", "epochs", "seconds", "angles right %", "worst angle"]
    yield from _table(header, _network_rows(results))
    yield ""


def _network_rows(results: Results) -> Iterator[list[str]]:
    for name in results.names:
        row = summary(results, name, results.of(name))
        share = _with_spread(row.share, row.seeds, 100)
        worst = f"{row.worst_angle:g}°: {_with_spread(row.worst, row.seeds, 100)} %"
        epochs, seconds = _with_spread(row.epochs, row.seeds, 1, 0), _with_spread(row.seconds, row.seeds, 1)
        accuracy = _with_spread(row.accuracy, row.seeds, 100)
        yield [title(name), f"{row.parameters:,}", accuracy, epochs, seconds, share, worst]


def _with_spread(spread: Spread, seeds: int, times: float, digits: int = 1) -> str:
    text = f"{times * spread.mean:.{digits}f}"
    return f"{text} ± {times * spread.std:.{digits}f}" if seeds > 1 else text


def _pictures(pictures: Iterable[Picture]) -> Iterator[str]:
    yield "## Pictures"
    yield ""
    for picture in pictures:
        yield f"### {picture.title}"
        yield ""
        yield picture.description
        yield ""
        yield f"![{picture.title}]({picture.file})"
        yield ""


def _transplants(results: Results) -> Iterator[str]:
    if not results.transplants:
        return
    yield "## Transplant"
    yield ""
    yield "The weights of the baseline in networks with rotation convolutions, without any training."
    yield ""
    rows = []
    for name in results.plan.networks:
        runs = results.transplants_of(name)
        if runs:
            row = summary(results, name, runs)
            trained = results.of(name)
            own = summary(results, name, trained) if trained else None
            accuracy, share = (_with_spread(value, row.seeds, 100) for value in (row.accuracy, row.share))
            beside = _with_spread(own.accuracy, own.seeds, 100) if own else "–"
            rows.append([name, accuracy, share, beside])
    yield from _table(["network", "accuracy %", "angles right %", "accuracy if trained so %"], rows)
    yield ""


def _failures(results: Results) -> Iterator[str]:
    if not results.failures:
        return
    yield "## What failed"
    yield ""
    yield from (f"- {name}: {sentence}" for name, sentence in results.failures)
    yield ""


def _files() -> Iterator[str]:
    yield "## Files"
    yield ""
    yield f"- `{tables.SUMMARY}`: the table of networks"
    yield f"- `{tables.VALIDATION}`: loss and accuracy of validation after each epoch"
    yield f"- `{tables.CURVES}`: accuracy and probability of the true class (mean and quartiles) at each angle"
    yield f"- `{tables.SHARES}`: of each image the share of angles at which it is classified right"
    yield f"- `{tables.TRANSPLANT}`: the figures of the transplants"
    yield "- `runs/NAME-SEED/network.safetensors`: the trained networks; the program opens them"
    yield f"- `{SETTINGS}`: the settings. The same command goes on where it was stopped, and writes this page anew."
    yield ""


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"| {' | '.join('---' for _ in header)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(0x2502)) for cell in row)} |"

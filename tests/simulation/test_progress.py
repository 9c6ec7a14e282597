from halong.simulation.progress import Progress


def test_progress_outlives_the_process(tmp_path):
    file = tmp_path / "simulation.json"
    progress = Progress(file, "1@5")
    assert (progress.oldest("urn:a"), progress.newest("urn:a")) == (None, None)
    progress.extend("urn:a", 600, 900)
    progress.extend("urn:a", 900, 1200)
    progress.extend("urn:a", 0, 600)
    progress.save()
    again = Progress(file, "1@5")
    assert (again.oldest("urn:a"), again.newest("urn:a")) == (0, 1200)


def test_another_source_starts_anew(tmp_path):
    file = tmp_path / "simulation.json"
    progress = Progress(file, "1@5")
    progress.extend("urn:a", 0, 300)
    progress.save()
    assert Progress(file, "1@6").newest("urn:a") is None


def test_a_torn_file_is_no_obstacle(tmp_path):
    file = tmp_path / "simulation.json"
    file.write_text('{"source": "1@5", "sp')
    assert Progress(file, "1@5").newest("urn:a") is None

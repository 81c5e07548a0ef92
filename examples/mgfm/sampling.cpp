// SPDX-License-Identifier: MIT
#include "sampling.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "mgkit/clip/cut.hpp"
#include "mgkit/clip/redraw.hpp"
#include "mgkit/clip/training_durations.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/data/write_folder.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/sampler_audit.hpp"
#include "terminal.hpp"

namespace mgfm {

using namespace mgkit;

void clip_output::add_to(CLI::App& command) {
    command.option_defaults()->group("Output");
    command.add_option("--out", folder, "New folder for the clips")->required();
    command
        .add_option("--frames", frames,
                    "Frames kept of a clip; longer ones are resampled to so many")
        ->check(CLI::Range(2, 100000))
        ->capture_default_str();
    command
        .add_option("--rate", rate,
                    "Frames per second of the clips; those of recordings at another rate are "
                    "resampled (default: the most common rate; recordings whose rate "
                    "recordings.csv does not state are read once more for it)")
        ->check(CLI::PositiveNumber);
}

void sampling_options::add_to(CLI::App& command, const std::string& default_side) {
    side = default_side;
    command.option_defaults()->group("Sampling");
    command.add_option("--quota", quota, "Clips per recording at most")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command.add_option("--budget", budget, "Candidates per recording at most")
        ->check(CLI::Range(1, 100000000))
        ->capture_default_str();
    command
        .add_option("--threshold", threshold,
                    "Confidence that every anchor joint must have in every frame of a clip")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_flag("--redraw-start", redraw_start,
                     "Keep a refused duration and redraw its start, against the bias to short "
                     "clips");
    command.add_option("--redraws", redraws, "Starts tried for one duration with --redraw-start")
        ->check(CLI::Range(2, 1000000))
        ->capture_default_str();
    command.add_option(
        "--prior", prior,
        "Durations: a CSV of segments, a JSON histogram {\"edges_seconds\": [...], \"counts\": "
        "[...]}, or smg for the statistics of SMG (default: segments of the training side, else "
        "smg)");
    command.add_option("--side", side, "Recordings to sample from: train, test or all")
        ->check(CLI::IsMember({"train", "test", "all"}))
        ->capture_default_str();
    command
        .add_option("--draws", draws,
                    "Draws of the sampler under other keys: its own chance of overlap")
        ->check(CLI::Range(20, 100000))
        ->capture_default_str();
    command.add_option("--shifts", shifts, "Circular shifts of the truth: chance of shifts")
        ->check(CLI::Range(1000, 1000000))
        ->capture_default_str();
    command.add_option("--seed", seed, "Seed; the same seed gives the same clips")
        ->capture_default_str();
}

clip::prior_sampler sampling_options::sampler() const {
    return {.quota = quota, .budget = budget, .starts = redraw_start ? redraws : 1};
}

namespace {

constexpr std::array<const char*, 3> cut_in_kinds{"nobody", "another_person", "replay"};

std::vector<int> left_out_of_prior(const marked_truth& marks) {
    if (marks.non_mg && marks.chosen.classes() > 1) return {*marks.non_mg};
    return {};
}

/// Drops the segments of recordings that cannot be read for their rate.
template <class Rate>
void keep_readable(const data::corpus& corpus, data::annotations& marks, Rate&& rate,
                   data::findings& found) {
    for (const auto& entry : corpus.entries) {
        if (!marks.by_recording.contains(entry.name)) continue;
        try {
            rate(entry);
        } catch (const error&) {
            found.add({data::finding_kind::left_out,
                       "segments_not_in_prior",
                       "segments of recordings that cannot be read, not in the prior",
                       entry.name,
                       static_cast<std::int64_t>(marks.of(entry.name).size()),
                       {}});
            marks.by_recording.erase(entry.name);
        }
    }
}

clip::duration_prior read_histogram(const std::string& path) {
    const io::json value = io::read_json(path);
    return clip::duration_prior::from_histogram(
        io::get<std::vector<double>>(value, "edges_seconds", path),
        io::get<std::vector<double>>(value, "counts", path));
}

}  // namespace

named_prior prior_of(const recordings& from, const recording_options& options,
                     const sampling_options& sampling) {
    if (sampling.prior == "smg" || (sampling.prior.empty() && !from.corpus.marks))
        return {clip::smg_durations(), "durations of SMG's annotations"};
    if (sampling.prior.ends_with(".json"))
        return {read_histogram(sampling.prior), "histogram " + sampling.prior};
    data::annotations marks;
    std::vector<int> left_out;
    std::string words;
    data::findings found;
    if (sampling.prior.empty()) {
        marks = clip::training_side(from.corpus, from.marks->chosen);
        left_out = left_out_of_prior(*from.marks);
        words = (from.corpus.has_split()
                     ? "training side, "
                     : "all recordings (there is no split, so prior and truth share them), ") +
                from.truth;
    } else {
        data::annotations read = data::read_annotations(sampling.prior, options.policy());
        found = read.found;
        const data::annotations names = from.marks ? from.marks->as_read : read;
        const marked_truth chosen = truth_from(std::move(read), options, names);
        marks = chosen.chosen;
        left_out = left_out_of_prior(chosen);
        words = "segments of " + sampling.prior;
    }
    std::map<std::string, double> rates;
    const auto rate = [&](const data::corpus_entry& entry) {
        if (options.fps > 0) return options.fps;
        if (entry.fps > 0) return entry.fps;
        const auto known = rates.find(entry.name);
        if (known != rates.end()) return known->second;
        const auto index = static_cast<std::size_t>(&entry - from.corpus.entries.data());
        return rates[entry.name] = read_one(from, options, index).person.fps;
    };
    if (!options.strict) keep_readable(from.corpus, marks, rate, found);
    return {clip::duration_prior::from_durations(
                clip::training_durations(from.corpus, marks, left_out, rate)),
            words, found};
}

sampling_run::sampling_run(const sampling_options& options, const clip::duration_prior& prior)
    : options_(options),
      prior_(prior),
      counts_(prior),
      all_({.shifts = options.shifts, .key = {.seed = options.seed}}),
      without_({.shifts = options.shifts, .key = {.seed = options.seed}}) {}

std::vector<data::segment> sampling_run::add(const recordings& from, std::size_t entry,
                                             const loaded_recording& loaded, int threads) {
    const data::recording& person = loaded.person;
    const auto view = person.poses.view();
    const auto seen =
        clip::visible_frames<float>(view, person.topology.anchors, options_.threshold);
    const random_key key{.seed = options_.seed, .clip = name_hash(person.name)};
    const std::vector<int> changes = loaded.people.cuts();
    const auto sampler = options_.sampler();
    auto clips = sampler.sample(seen, person.fps, prior_, key, counts_, changes);
    if (from.marks) marks_.add(from.marks->as_read, person.name, from.annotators);
    if (from.annotated(person.name)) {
        people_.insert(person.subject);
        unnamed_ += from.corpus.entries[entry].own_subject ? 1 : 0;
        judged_ += static_cast<std::int64_t>(clips.size());
        std::vector<bool> considered(static_cast<std::size_t>(seen.frames()));
        for (int t = 0; t < seen.frames(); ++t)
            considered[static_cast<std::size_t>(t)] = seen.seen(t);
        const auto redrawn =
            clip::redraw(sampler, seen, person.fps, prior_, key, changes, options_.draws, threads);
        const auto count = [&](metric::iod& overlap, bool with_non_mg) {
            overlap.add(person.frames(), clips, from.gestures(person, with_non_mg), considered,
                        person.subject, redrawn);
        };
        count(all_, true);
        if (from.marks->non_mg) count(without_, false);
    }
    if (const auto cuts = from.cut_ins.find(person.name); cuts != from.cut_ins.end())
        for (std::size_t k = 0; k < cut_in_kinds.size(); ++k)
            for (const auto& c : clips)
                cut_ins_[k] += std::any_of(cuts->second.begin(), cuts->second.end(),
                                           [&](const cut_in_interval& i) {
                                               return i.kind == cut_in_kinds[k] &&
                                                      i.start < c.end && c.start < i.end;
                                           })
                                   ? 1
                                   : 0;
    return clips;
}

report::audit sampling_run::result(const recordings& from) const {
    report::audit out = report::audit_of(prior_, counts_);
    out.policy = {options_.quota, options_.budget, options_.threshold, options_.redraw_start};
    if (from.marks)
        out.truth = {from.whose(),
                     marks_.recordings - marks_.not_annotated,
                     marks_.not_annotated,
                     marks_.several,
                     marks_.segments,
                     marks_.unused,
                     static_cast<std::int64_t>(people_.size()),
                     unnamed_};
    if (judged_ > 0) {
        out.overlaps = report::overlaps_of(all_.report(), "all classes");
        if (from.marks->non_mg)
            for (auto& o : report::overlaps_of(
                     without_.report(),
                     "without " + from.marks->chosen
                                      .class_names[static_cast<std::size_t>(*from.marks->non_mg)]))
                out.overlaps.push_back(std::move(o));
    }
    if (!from.cut_ins.empty()) out.cut_ins = {cut_ins_[0], cut_ins_[1], cut_ins_[2]};
    return out;
}

std::optional<report::audit_overlap> sampling_run::mean_overlap() const {
    if (judged_ == 0) return std::nullopt;
    return report::overlaps_of(all_.report(), "all classes").front();
}

void recording_facts::add(const loaded_recording& loaded) {
    anchors = loaded.person.topology.anchors;
    confidence = confidence || loaded.states_confidence;
    ++rates[loaded.person.fps];
    replaced_rates += loaded.stated_fps > 0 && loaded.stated_fps != loaded.person.fps ? 1 : 0;
}

void describe(report::audit& out, const recordings& from, const sampling_options& sampling,
              const named_prior& prior, const recording_facts& facts) {
    out.corpus = from.corpus.about.name;
    out.generator = from.corpus.about.generator;
    out.synthetic = from.corpus.about.synthetic;
    for (const auto& [fps, count] : facts.rates) out.rates.push_back({fps, count});
    if (out.rates.size() == 1) out.fps = out.rates.front().fps;
    out.notes.push_back(text("Prior: ", prior.words, ", ", prior.prior.annotations(),
                             " durations, mean ", report::fixed(prior.prior.mean(), 2), " s."));
    if (!facts.confidence || facts.anchors.empty())
        out.notes.push_back("No visibility constraint: the recordings have no " +
                            std::string(facts.confidence ? "anchor joints" : "confidence") +
                            ", so every frame counts as seen.");
    else
        out.notes.push_back(text("Visibility: ", facts.anchors.size(), " anchor joints at ",
                                 report::fixed(sampling.threshold, 2), " or above."));
    if (facts.replaced_rates > 0)
        out.notes.push_back(
            text("--fps replaces the rate that ", facts.replaced_rates, " recordings state."));
    if (!from.corpus.about.caveat.empty()) out.notes.push_back(from.corpus.about.caveat);
}

data::clip_set clip_facts(const recordings& from, const data::recording& person, int frames,
                          double fps, const std::string& command_line) {
    data::clip_set out;
    out.about = from.corpus.about;
    out.about.name = "clips of " + from.corpus.about.name;
    out.about.source = "made by: " + command_line;
    out.about.fps = report::fixed(fps, 3);
    if (std::none_of(from.corpus.entries.begin(), from.corpus.entries.end(),
                     [](const data::corpus_entry& e) { return e.own_subject; }))
        out.subject_names = from.corpus.subject_names;
    out.topology = person.topology;
    out.shape = person.poses.shape();
    out.shape.frames = frames;
    return out;
}

clip_cutter::clip_cutter(const recordings& from, const recording_options& options,
                         const clip_output& output, const std::vector<std::size_t>& entries,
                         int threads)
    : frames_(output.frames) {
    counts_.fps = output.rate > 0 ? output.rate : options.fps;
    if (counts_.fps > 0) return;
    std::map<double, int> rates;
    std::vector<std::size_t> not_stated;
    for (const std::size_t e : entries)
        if (const double fps = from.corpus.entries[e].fps; fps > 0)
            ++rates[fps];
        else
            not_stated.push_back(e);
    if (!not_stated.empty())
        for_each_recording(from, options, not_stated, threads, "reading frame rates",
                           [&](std::size_t, auto& loaded) { ++rates[loaded.person.fps]; });
    int most = 0;
    for (const auto& [fps, count] : rates)
        if (count > most) {
            most = count;
            counts_.fps = fps;
        }
}

void clip_cutter::cut(const data::recording& person, const data::segment& interval,
                      skeleton::pose<float>& out) const {
    clip::cut(person, interval, frames_, out, counts_.fps);
}

std::string clip_cutter::keep(int clip, const data::recording& person,
                              const data::segment& interval, data::side side) {
    const double seconds = interval.length() / person.fps;
    const bool shortened =
        clip::frames_at_rate(interval.length(), person.fps, counts_.fps) > frames_;
    counts_.converted += person.fps != counts_.fps ? 1 : 0;
    counts_.shortened += shortened ? 1 : 0;
    const std::string fields[] = {text(clip),
                                  person.name,
                                  text(interval.start),
                                  text(interval.end),
                                  report::fixed(seconds, 3),
                                  text(person.subject),
                                  side == data::side::test    ? "test"
                                  : side == data::side::train ? "train"
                                                              : "",
                                  report::fixed(shortened ? frames_ / seconds : counts_.fps, 3)};
    return io::csv_line(fields);
}

std::optional<int> published_side(const recordings& from, std::size_t entry) {
    if (!from.corpus.has_split()) return std::nullopt;
    return from.corpus.entries[entry].on == data::side::test ? 1 : 0;
}

report::audit sample_to_folder(const recording_options& options, const sampling_options& sampling,
                               const clip_output& output, int threads,
                               const std::string& command_line) {
    const recordings from = open(options);
    const auto entries = entries_on(from, sampling.side);
    const named_prior prior = prior_of(from, options, sampling);
    sampling_run run(sampling, prior.prior);
    clip_cutter cutter(from, options, output, entries, threads);
    std::unique_ptr<data::clip_writer> writer;
    std::string manifest = manifest_head;
    recording_facts facts;
    skeleton::pose<float> made;
    data::findings found = from.found();
    found.append(prior.found);
    same_skeleton like(options.strict);
    const data::findings reading = for_each_recording(
        from, options, entries, threads, "sampling", [&](std::size_t entry, auto& loaded) {
            const data::recording& person = loaded.person;
            if (!like.fits(person, found)) return;
            const auto clips = run.add(from, entry, loaded, threads);
            facts.add(loaded);
            if (!writer) {
                data::clip_set shared =
                    clip_facts(from, person, output.frames, cutter.counts().fps, command_line);
                shared.class_names = {"unlabelled"};
                writer = std::make_unique<data::clip_writer>(output.folder, std::move(shared));
            }
            for (const auto& c : clips) {
                manifest += cutter.keep(writer->count(), person, c, from.corpus.entries[entry].on);
                cutter.cut(person, c, made);
                writer->add(std::as_const(made).view(), 0, person.subject,
                            published_side(from, entry));
            }
        });
    like.finish();
    found.append(reading);
    if (run.clips() == 0)
        throw error(options.corpus, "at least one clip", "every candidate was refused",
                    "lower --threshold, or look at the recordings with mgfm inspect");
    io::write_file(writer->path() + "/clips.csv", manifest);
    writer->found() = found;
    writer->publish();
    report::audit out = run.result(from);
    out.found = std::move(found);
    describe(out, from, sampling, prior, facts);
    out.clips = cutter.counts();
    out.command = command_line;
    return out;
}

}  // namespace mgfm

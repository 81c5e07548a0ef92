#include "sampling.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "mgkit/clip/cut.hpp"
#include "mgkit/clip/training_durations.hpp"
#include "mgkit/clip/visibility.hpp"
#include "mgkit/data/write_folder.hpp"
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
    command.add_option("--shifts", shifts, "Circular shifts of the truth behind chance")
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

std::vector<int> left_out_of_prior(const recordings& from, const data::annotations& marks) {
    std::vector<int> out = from.rest;
    if (from.non_mg && marks.classes() > 1) out.push_back(*from.non_mg);
    return out;
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
    std::string words;
    if (sampling.prior.empty()) {
        marks = clip::training_side(from.corpus, *from.corpus.marks);
        words = (from.corpus.has_split()
                     ? "training side, "
                     : "all recordings (there is no split, so prior and truth share them), ") +
                from.truth;
    } else {
        marks = data::read_annotations(sampling.prior);
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
    const auto left_out = left_out_of_prior(from, marks);
    return {clip::duration_prior::from_durations(
                clip::training_durations(from.corpus, marks, left_out, rate)),
            words};
}

sampling_run::sampling_run(const sampling_options& options, const clip::duration_prior& prior)
    : options_(options),
      prior_(prior),
      counts_(prior),
      all_({.shifts = options.shifts, .key = {.seed = options.seed}}),
      without_({.shifts = options.shifts, .key = {.seed = options.seed}}) {}

std::vector<data::segment> sampling_run::add(const recordings& from,
                                             const data::recording& person) {
    const auto view = person.poses.view();
    const auto seen =
        clip::visible_frames<float>(view, person.topology.anchors, options_.threshold);
    const random_key key{.seed = options_.seed, .clip = name_hash(person.name)};
    auto clips = options_.sampler().sample(seen, person.fps, prior_, key, counts_);
    if (from.corpus.marks) {
        truth_ = true;
        std::vector<bool> considered(static_cast<std::size_t>(seen.frames()));
        for (int t = 0; t < seen.frames(); ++t)
            considered[static_cast<std::size_t>(t)] = seen.seen(t);
        all_.add(person.frames(), clips, from.gestures(person.name, true), considered,
                 person.subject);
        if (from.non_mg)
            without_.add(person.frames(), clips, from.gestures(person.name, false), considered,
                         person.subject);
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
    if (truth_ && counts_.clips() > 0) {
        out.overlaps = report::overlaps_of(all_.report(), "all classes");
        if (from.non_mg)
            for (auto& o : report::overlaps_of(
                     without_.report(),
                     "without " +
                         from.corpus.marks->class_names[static_cast<std::size_t>(*from.non_mg)]))
                out.overlaps.push_back(std::move(o));
    }
    if (!from.cut_ins.empty()) out.cut_ins = {cut_ins_[0], cut_ins_[1], cut_ins_[2]};
    return out;
}

std::optional<report::audit_overlap> sampling_run::mean_overlap() const {
    if (!truth_ || counts_.clips() == 0) return std::nullopt;
    return report::overlaps_of(all_.report(), "all classes").front();
}

void describe(report::audit& out, const recordings& from, const sampling_options& sampling,
              const named_prior& prior, const std::vector<int>& anchors, bool confidence,
              double fps) {
    out.corpus = from.corpus.about.name;
    out.generator = from.corpus.about.generator;
    out.synthetic = from.corpus.about.synthetic;
    if (fps > 0) out.fps = fps;
    out.notes.push_back(text("Prior: ", prior.words, ", ", prior.prior.annotations(),
                             " durations, mean ", report::fixed(prior.prior.mean(), 2), " s."));
    if (!from.truth.empty()) out.notes.push_back("Truth: " + from.truth + ".");
    if (!confidence || anchors.empty())
        out.notes.push_back("No visibility constraint: the recordings have no " +
                            std::string(confidence ? "anchor joints" : "confidence") +
                            ", so every frame counts as seen.");
    else
        out.notes.push_back(text("Visibility: ", anchors.size(), " anchor joints at ",
                                 report::fixed(sampling.threshold, 2), " or above."));
    if (!from.corpus.about.caveat.empty()) out.notes.push_back(from.corpus.about.caveat);
}

data::clip_set clip_facts(const recordings& from, const data::recording& person, int frames,
                          const std::string& command_line) {
    data::clip_set out;
    out.about = from.corpus.about;
    out.about.name = "clips of " + from.corpus.about.name;
    out.about.source = "made by: " + command_line;
    out.about.fps = report::fixed(person.fps, 3);
    out.topology = person.topology;
    out.shape = person.poses.shape();
    out.shape.frames = frames;
    return out;
}

std::string manifest_line(int clip, const data::recording& person, const data::segment& interval,
                          data::side side) {
    const std::string fields[] = {text(clip),
                                  person.name,
                                  text(interval.start),
                                  text(interval.end),
                                  report::fixed(interval.length() / person.fps, 3),
                                  text(person.subject),
                                  side == data::side::test    ? "test"
                                  : side == data::side::train ? "train"
                                                              : ""};
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
    std::unique_ptr<data::clip_writer> writer;
    std::string manifest = manifest_head;
    std::vector<int> anchors;
    bool confidence = false;
    std::set<double> rates;
    skeleton::pose<float> made;
    for_each_recording(
        from, options, entries, threads, "sampling", [&](std::size_t entry, auto& loaded) {
            const data::recording& person = loaded.person;
            const auto clips = run.add(from, person);
            confidence = confidence || loaded.states_confidence;
            if (!writer) {
                data::clip_set facts = clip_facts(from, person, output.frames, command_line);
                facts.class_names = {"unlabelled"};
                writer = std::make_unique<data::clip_writer>(output.folder, std::move(facts));
                anchors = person.topology.anchors;
            }
            rates.insert(person.fps);
            for (const auto& c : clips) {
                manifest +=
                    manifest_line(writer->count(), person, c, from.corpus.entries[entry].on);
                clip::cut(person, c, output.frames, made);
                writer->add(std::as_const(made).view(), 0, person.subject,
                            published_side(from, entry));
            }
        });
    if (run.clips() == 0)
        throw error(options.corpus, "at least one clip", "every candidate was refused",
                    "lower --threshold, or look at the recordings with mgfm inspect");
    io::write_file(writer->path() + "/clips.csv", manifest);
    writer->publish();
    report::audit out = run.result(from);
    describe(out, from, sampling, prior, anchors, confidence,
             rates.size() == 1 ? *rates.begin() : 0);
    out.command = command_line;
    return out;
}

}  // namespace mgfm

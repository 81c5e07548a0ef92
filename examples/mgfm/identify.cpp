// SPDX-License-Identifier: MIT
// mgfm identify: who is it, as recorded, without the face, with bones of equal lengths.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "commands.hpp"
#include "made_of.hpp"
#include "mgkit/clip/identity.hpp"
#include "mgkit/data/number_names.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/npy.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/report/reidentification.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/study/systems.hpp"
#include "outputs.hpp"
#include "report_parts.hpp"
#include "systems.hpp"
#include "weights.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

struct identify_options {
    data_options data;
    encoder_options encoder;
    run_options run;
    model_options model;  ///< frames of raw coordinates, where no encoder says them
    probe::reidentify_settings probes;
    std::string recordings, json, command;
    bool plain = false;
};

/// A number for the recording of each clip; none where nobody knows them.
struct known_recordings {
    std::vector<int> of_clip;
    std::string file;
};

/// Recordings by the lines of clips.csv, for each usable clip.
std::vector<int> named_recordings(const std::string& path, const data::clip_set& clips) {
    const auto lines = io::read_csv(path);
    const auto clip = lines.column("clip"), recording = lines.column("recording");
    std::map<std::uint32_t, std::string> of;
    for (std::size_t i = 0; i < lines.rows(); ++i) {
        const int row = lines.integer(i, clip);
        if (row < 0 || !of.emplace(static_cast<std::uint32_t>(row), lines.at(i, recording)).second)
            lines.refuse(i, clip, "the row of a clip in data.npy, each once");
    }
    std::vector<std::string> names;
    for (const auto id : clips.ids) {
        const auto found = of.find(id);
        if (found == of.end())
            throw error(path, "a line for every usable clip", text("none for clip ", id),
                        "name another file (--recordings)");
        names.push_back(found->second);
    }
    return data::number_names(names).numbers;
}

/// Recordings by a number for each clip of the folder.
std::vector<int> numbered_recordings(const std::string& path, const corpus& from) {
    const io::npy_file file(path);
    const int in_folder =
        from.report.clips_in_file > 0 ? from.report.clips_in_file : from.clips.size();
    if (file.shape().size() != 1 || file.shape()[0] != in_folder)
        throw error(path, text("a recording for each of the ", in_folder, " clips"),
                    "shape " + io::shape_text(file.shape()), "write it together with the data");
    const auto numbers = file.read<int>();
    std::vector<int> out;
    for (const auto id : from.clips.ids) out.push_back(numbers[id]);
    return out;
}

known_recordings recordings_of(const identify_options& o, const corpus& from) {
    std::string path = o.recordings;
    std::error_code code;
    if (path.empty() && !o.data.folder.empty() &&
        std::filesystem::exists(o.data.folder + "/clips.csv", code))
        path = o.data.folder + "/clips.csv";
    if (path.empty()) return {};
    return {path.ends_with(".npy") ? numbered_recordings(path, from)
                                   : named_recordings(path, from.clips),
            path};
}

/// The clips with these joints not seen: an encoder reads all joints that it was made for.
data::clip_set unseen(const data::clip_set& clips, std::span<const int> joints) {
    using skeleton::channel_layout;
    data::clip_set out = clips;
    const int dims = skeleton::coordinates(clips.shape.layout);
    out.shape.layout = dims == 2 ? channel_layout::xyc : channel_layout::xyzc;
    std::vector<float> values(static_cast<std::size_t>(clips.size()) * out.shape.size());
    for (int i = 0; i < clips.size(); ++i) {
        const auto clip = clips.clip(i);
        const skeleton::pose_view<float> to{
            values.data() + static_cast<std::size_t>(i) * out.shape.size(), out.shape, clip.length};
        for (int t = 0; t < clip.length; ++t)
            for (int v = 0; v < clip.shape.joints; ++v)
                for (int m = 0; m < clip.shape.persons; ++m) {
                    if (!clip.valid(t, v, m) ||
                        std::find(joints.begin(), joints.end(), v) != joints.end())
                        continue;
                    for (int c = 0; c < skeleton::channels(clip.shape.layout); ++c)
                        to.at(c, t, v, m) = clip.at(c, t, v, m);
                    if (!skeleton::has_confidence(clip.shape.layout)) to.at(dims, t, v, m) = 1;
                }
    }
    out.set_values(std::move(values));
    return out;
}

/// What is taken away from clips before anybody is asked for.
struct treatment {
    bool face = false, bones = false;

    std::string words() const {
        if (!face && !bones) return "as recorded";
        return text(face ? "no face" : "", face && bones ? ", " : "", bones ? "equal bones" : "");
    }
};

/// Treats clips. For an encoder joints of the face stay, unseen.
struct treating {
    treatment how;
    bool for_encoder = false;
    clip::unnormalised met = {};  ///< of the last clips

    data::clip_set operator()(const data::clip_set& clips) {
        data::clip_set out = how.face && !for_encoder ? clip::without_face(clips) : clips;
        if (how.bones) {
            auto equal =
                clip::normalise_bones(out, clip::mean_bone_lengths(out, data::all_of(out)));
            met = equal.met;
            out = std::move(equal.clips);
        }
        return how.face && for_encoder ? unseen(out, clip::face_joints(clips.topology)) : out;
    }
};

/// One line of the result.
struct identity_row {
    feature_kind features = feature_kind::raw;
    treatment how;
    clip::unnormalised met;
    probe::reidentification found;
};

class identification {
public:
    identification(identify_options& o, encoder_and_clips& opened, known_recordings known)
        : o_(o), opened_(opened), threads_(o.run.thread_count()) {
        if (known.of_clip.empty()) return;
        for (std::size_t i = 0; i < known.of_clip.size(); ++i)
            recording_of_[opened.from.clips.ids[i]] = known.of_clip[i];
    }

    std::vector<identity_row> operator()(const std::vector<treatment>& treatments) {
        std::vector<identity_row> out;
        for (const treatment& how : treatments) {
            if (!o_.encoder.named() || !o_.plain) out.push_back(raw(how));
            if (!o_.encoder.named()) continue;
            const bool stored = !o_.encoder.weights.empty();
            clip::unnormalised met;
            const corpus from = treated({how, true}, met);
            if (!stored || !o_.plain)
                out.push_back(asked(
                    feature_kind::random, how, met, from,
                    stored_encoder::untrained(opened_.facts, from, 1, threads_).embed(from.clips)));
            if (stored)
                out.push_back(
                    asked(feature_kind::pretrained, how, met, from,
                          stored_encoder(opened_.facts, from, threads_).embed(from.clips)));
        }
        std::stable_sort(out.begin(), out.end(),
                         [](const auto& a, const auto& b) { return a.features < b.features; });
        return out;
    }

private:
    corpus treated(treating how, clip::unnormalised& met) const {
        const auto& about = opened_.facts.about;
        corpus out =
            load(o_.data, threads_, about.prepared ? &about.topology : nullptr, std::ref(how));
        if (out.clips.classes() < 2) out.clips.labels.clear();
        met = how.met;
        return out;
    }

    identity_row raw(const treatment& how) const {
        clip::unnormalised met;
        const corpus from = treated({how, false}, met);
        const auto input = o_.encoder.named()
                               ? input_for(opened_.facts, from)
                               : input_of(from, o_.data, o_.model, skeleton::stream::joint);
        return asked(feature_kind::raw, how, met, from,
                     study::input_features(from.clips, input, threads_));
    }

    identity_row asked(feature_kind kind, const treatment& how, const clip::unnormalised& met,
                       const corpus& from, const data::feature_table& features) const {
        say(text("who is it: ", report::name(kind), ", ", how.words()));
        std::vector<int> recordings;
        if (!recording_of_.empty())
            for (const auto id : from.clips.ids) recordings.push_back(recording_of_.at(id));
        return {kind, how, met,
                reidentified(from.clips, features, recordings, o_.probes, threads_)};
    }

    identify_options& o_;
    encoder_and_clips& opened_;
    std::map<std::uint32_t, int> recording_of_;
    int threads_;
};

std::string share(double score, probe::standing s) {
    return report::percent(score) +
           (s == probe::standing::above ? "" : std::string(" (") + probe::name(s) + ")");
}

std::string interval_text(const metric::interval& chance) {
    return report::percent(chance.estimate) + " [" + report::percent(chance.low) + ", " +
           report::percent(chance.high) + "]";
}

std::string table_of(const std::vector<identity_row>& rows) {
    using report::align;
    report::table out({{"features", align::left},
                       {"clips", align::left},
                       {"who, 1-NN %", align::right},
                       {"who, linear %", align::right},
                       {"chance %", align::right},
                       {"gesture, 1-NN %", align::right},
                       {"gesture, linear %", align::right},
                       {"chance %", align::right},
                       {"asked", align::right}});
    for (const identity_row& row : rows) {
        std::vector<std::string> cells{report::name(row.features), row.how.words()};
        const auto add = [&cells](const probe::probed_answers& a) {
            cells.insert(cells.end(),
                         {share(a.knn.top1, a.knn_stands()),
                          share(a.linear.top1, a.linear_stands()), interval_text(a.chance)});
        };
        add(row.found.person);
        if (row.found.gesture)
            add(*row.found.gesture);
        else
            cells.insert(cells.end(), 3, "-");
        cells.push_back(text(row.found.person.knn.truth.size()));
        out.add(std::move(cells));
    }
    return out.str();
}

io::json rows_json(const std::vector<identity_row>& rows) {
    io::json out = io::json::array();
    for (const identity_row& row : rows) {
        io::json one = report::to_json(row.found);
        one["features"] = report::name(row.features);
        one["clips_as"] = row.how.words();
        one["without_face"] = row.how.face;
        one["equal_bones"] = row.how.bones;
        one["hidden_parents"] = row.met.hidden_parents;
        one["without_direction"] = row.met.without_direction;
        out.push_back(std::move(one));
    }
    return out;
}

/// Errors: clips that cannot be asked who is seen, or of which nothing can be taken away.
std::vector<treatment> treatments_for(const identify_options& o, const corpus& from) {
    const std::string where = o.data.synthetic ? "--synthetic" : o.data.folder;
    if (subjects(from.clips).size() < 2)
        throw error(where + "/subject.npy", "clips of two or more people", "one",
                    "state who performs in each clip");
    const bool face = !clip::face_joints(from.clips.topology).empty(),
               bones = from.clips.topology.joints.size() > 1;
    if (!face && !bones)
        throw error(where + "/meta.json", "joints of a face, or bones, to take away", "one joint",
                    "mgfm probe says what such clips tell");
    // What this refuses is told before anybody is asked for.
    if (face && !(o.plain && o.encoder.named())) clip::without_face(from.clips);
    std::vector<treatment> out{treatment{}};
    if (face) out.push_back({true, false});
    if (bones) out.push_back({false, true});
    if (face && bones) out.push_back({true, true});
    return out;
}

/// What was taken away and how, and what that could not reach.
std::vector<std::string> notes_of(const identify_options& o, const corpus& from,
                                  const std::vector<identity_row>& rows) {
    std::vector<std::string> out;
    const auto& joints = from.clips.topology.joints;
    const auto face = clip::face_joints(from.clips.topology);
    std::string names;
    for (const int j : face)
        names += (names.empty() ? "" : ", ") + joints[static_cast<std::size_t>(j)];
    if (face.empty())
        out.push_back("No joint is called after a part of the face: none is dropped.");
    else if (o.encoder.named())
        out.push_back("No face: " + names +
                      " are dropped from raw coordinates and not seen by the encoder, which needs "
                      "all its joints.");
    else
        out.push_back("No face: " + names + " are dropped.");
    out.push_back(text("Equal bones: every bone has its mean length over all ",
                       subjects(from.clips).size(),
                       " people, tested ones included, before clips are scaled and moved."));
    if (skeleton::coordinates(from.clips.shape.layout) == 2)
        out.push_back(
            "With two coordinates lengths are as they are seen: equal bones lose depth as well.");
    clip::unnormalised most;
    for (const auto& row : rows) {
        most.hidden_parents = std::max(most.hidden_parents, row.met.hidden_parents);
        most.without_direction = std::max(most.without_direction, row.met.without_direction);
    }
    if (most.hidden_parents > 0)
        out.push_back(text("Equal bones: ", most.hidden_parents,
                           " positions stay as far from the next joint that is seen as they were, "
                           "since those between are not: they may still tell a person."));
    if (most.without_direction > 0)
        out.push_back(text("Equal bones: ", most.without_direction,
                           " positions stay beside the next joint as they were: on it, or of no "
                           "known length."));
    if (from.clips.classes() < 2)
        out.push_back("The clips have one class: nobody is asked for gestures.");
    return out;
}

report::study header(const identify_options& o, const encoder_and_clips& opened) {
    report::study out;
    out.data = describe(opened.from, o.data.folder);
    out.title = "mgfm identify: " + out.data.name;
    out.split = "who: everybody on both sides, no moment; gesture: people on one side";
    out.command = o.command;
    out.level = o.probes.level;
    out.settings = {{"folds", text(o.probes.folds)},
                    {"ridge", text(o.probes.ridge)},
                    {"scale", o.data.scale},
                    {"reference position", "per " + o.data.reference}};
    if (o.encoder.named()) {
        if (!o.encoder.weights.empty()) {
            out.settings.push_back({"weights", o.encoder.weights});
            out.settings.push_back({"weights digest", digest_of_file(o.encoder.weights).hex()});
        }
        for (auto& setting : opened.facts.settings()) out.settings.push_back(std::move(setting));
        for (const auto& note : opened.facts.notes) out.data.notes.push_back(note + ".");
    } else {
        out.settings.push_back({"frames", text(o.model.frames)});
    }
    add_identity(out.settings, opened.from, o.data);
    return out;
}

void run_identify(identify_options& o) {
    o.data.check_source();
    auto inputs = o.data.files();
    inputs.insert(inputs.end(), {o.encoder.weights, o.recordings});
    check_outputs(o.json, {}, inputs);
    const int threads = o.run.thread_count();
    encoder_and_clips opened;
    if (o.encoder.named())
        opened = open_encoder(o.encoder, o.data, threads);
    else
        opened.from = load(o.data, threads);
    const auto treatments = treatments_for(o, opened.from);
    const std::string decided_by = settle_for_all(opened.from, o.data);
    const known_recordings known = recordings_of(o, opened.from);
    // What these folds refuse is told before anything is embedded.
    probe::folds_of_moments(opened.from.clips, known.of_clip, o.probes.folds, o.probes.apart);
    announce(opened.from, threads);
    const auto rows = identification(o, opened, known)(treatments);

    const auto& first = rows.front().found;
    report::study about = header(o, opened);
    about.settings.push_back({"decided by", decided_by});
    const auto notes = notes_of(o, opened.from, rows);
    about.data.notes.insert(about.data.notes.end(), notes.begin(), notes.end());
    std::string apart =
        known.file.empty()
            ? text(
                  "Recordings are not known: clips of a person in order of their rows are cut "
                  "into ",
                  first.folds, " stretches, ", o.probes.apart,
                  " beside a tested one do not train (--apart, --recordings).")
            : text("Clips of one of ", first.recordings, " recordings are tested together (",
                   known.file, ").");
    about.data.notes.push_back(std::move(apart));
    if (!first.left_out.empty())
        about.data.notes.push_back(text("Left out: ", first.left_out.size(), " of ",
                                        first.left_out.size() + first.people.size(), " people (",
                                        list_of(first.left_out),
                                        "), who have too few clips or recordings to be tested."));
    io::json seen = nullptr;
    if (!o.encoder.weights.empty()) {
        const seen_people people = people_seen(opened.facts, opened.from, first.people);
        seen = people.json();
        if (!people.words().empty()) about.data.notes.push_back(people.words());
    }

    io::json json = report::to_json(about);
    json["kind"] = "identify";
    json["program"] = "mgfm identify";
    json["people"] = first.people;
    json["left_out"] = first.left_out;
    json["recordings_from"] = known.file.empty() ? io::json(nullptr) : io::json(known.file);
    json["seen_in_pretraining"] = std::move(seen);
    json["results"] = rows_json(rows);
    put_json(o.json, json);

    std::string words =
        text("mgfm identify: ", report::clean(about.data.name), ", ", first.person.knn.truth.size(),
             " clips of ", first.people.size(), " people, ", first.folds, " folds\n");
    for (const auto& caveat : report::caveats(about))
        words += "Note: " + report::clean(caveat) + "\n";
    words += "\n" + table_of(rows) +
             text("\n[low, high]: what independent guesses reach in ",
                  report::fixed(100 * first.level, first.level < 0.995 ? 0 : 1),
                  " % of cases; scores without a word are above.\n");
    if (first.gesture)
        words += text("Gestures are those of people who do not train, in ", first.gesture_folds,
                      " folds.\n");
    print(words, o.json);
}

}  // namespace

void add_identify(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<identify_options>();
    options->command = command_line;
    CLI::App* command = program.add_subcommand(
        "identify",
        "Ask who is seen in a clip: 1-NN and a linear probe of the person, as recorded, without "
        "the joints of the face and with bones of equal lengths, beside chance and the accuracy on "
        "gestures of people not trained on; of raw coordinates and, where one is named, of an "
        "encoder's features.");
    command->footer(
        "Examples:\n"
        "  mgfm identify --data clips --recordings sequence.npy\n"
        "  mgfm identify --data clips --weights encoder.safetensors --json who.json");
    options->data.add_to(*command);
    options->encoder.add_to(*command);
    command->option_defaults()->group("Question");
    command->add_option("--recordings", options->recordings,
                        "Recording of each clip: integers (N) in an .npy file, or a CSV with the "
                        "columns clip and recording (default: clips.csv of the folder). A "
                        "performance that several cameras see is one");
    command->add_option("--folds", options->probes.folds, "Folds, of moments and of people")
        ->check(CLI::Range(2, 1000))
        ->capture_default_str();
    command
        ->add_option("--apart", options->probes.apart,
                     "Clips on either side of a tested stretch that do not train, where recordings "
                     "are not known")
        ->check(CLI::Range(0, 1000000))
        ->capture_default_str();
    command->add_flag("--plain", options->plain,
                      "With an encoder: leave out raw coordinates and, with --weights, the random "
                      "encoder");
    options->run.add_to(*command);
    add_json(*command, options->json, "All figures");
    command->callback([options] { run_identify(*options); });
}

}  // namespace mgfm

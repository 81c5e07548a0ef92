// SPDX-License-Identifier: MIT
// mgfm inspect: what is in a folder of clips.
#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
#include "inspect_recordings.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/data/readers/any.hpp"
#include "mgkit/data/source.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/report/chart_skeleton.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"
#include "survey.hpp"

namespace mgfm {

using namespace mgkit;
using report::clean;
using report::fixed;

namespace {

struct inspect_options {
    data_options data;
    recording_options how;
    run_options run;
    std::string json, svg;
    bool recordings = false;
};

std::int64_t count_unusable(const survey& s) {
    std::int64_t out = 0;
    for (const auto& [reason, count] : s.unusable) out += count;
    return out;
}

io::json to_json(const survey& s) {
    const auto& clips = s.clips;
    const auto& about = clips.about;
    io::json classes = io::json::array(), people = io::json::array();
    for (std::size_t k = 0; k < s.per_class.size(); ++k)
        classes.push_back({{"name", clean(clips.class_names[k])}, {"clips", s.per_class[k]}});
    for (const auto& [subject, count] : s.per_subject)
        people.push_back({{"subject", subject}, {"clips", count}});
    io::json notes = io::json::array();
    for (const auto& note : s.notes) notes.push_back(clean(note));
    return {
        {"program", "mgfm inspect"},
        {"version", mgkit::version},
        {"name", clean(about.name)},
        {"source", clean(about.source)},
        {"licence", clean(about.licence)},
        {"units", clean(about.units)},
        {"fps", clean(about.fps)},
        {"caveat", clean(about.caveat)},
        {"synthetic", about.synthetic},
        {"clips", s.report.clips_in_file},
        {"unusable", s.unusable},
        {"usable", s.report.clips_in_file - count_unusable(s)},
        {"channels", skeleton::name(s.channels)},
        {"persons", clips.shape.persons},
        {"clips_per_person", s.poses.clips_per_person},
        {"frames", {{"min", s.frames.least}, {"median", s.frames.median}, {"max", s.frames.most}}},
        {"classes", std::move(classes)},
        {"subjects", std::move(people)},
        {"published_split",
         clips.published ? io::json{{"train", s.train}, {"test", s.test}} : io::json(nullptr)},
        {"coordinates", ranges_json(s.poses)},
        {"centre", clips.topology.centre},
        {"scale_pair", {clips.topology.scale_pair.first, clips.topology.scale_pair.second}},
        {"joints", joints_json(clips.topology, s.poses, skeleton::has_confidence(s.channels))},
        {"notes", std::move(notes)},
        {"findings", data::to_json(s.found)}};
}

/// "72 (2.4 s)", or without seconds where the rate is not known.
std::string length(const survey& s, int frames) {
    return s.fps ? text(frames, " (", fixed(frames / *s.fps, 1), " s)") : text(frames);
}

std::string to_text(const survey& s) {
    const auto& clips = s.clips;
    const auto& about = clips.about;
    const auto& topology = clips.topology;
    std::string out = clean(about.name) + "\n";
    const auto line = [&out](const std::string& name, const std::string& words) {
        if (!words.empty()) out += name + ": " + clean(words) + "\n";
    };
    line("source", about.source);
    line("licence", about.licence);
    line("caveat", about.caveat);
    line("clips", text(s.report.clips_in_file, ", ", count_unusable(s), " unusable"));
    for (const auto& [reason, count] : s.unusable) line("  " + reason, text(count));
    line("channels",
         text(skeleton::name(s.channels), about.units.empty() ? "" : ", " + about.units));
    line("frames per second", about.fps.empty() ? "not stated" : about.fps);
    line("frames of a clip",
         text("shortest ", length(s, s.frames.least), ", median ", length(s, s.frames.median),
              ", longest ", length(s, s.frames.most)));
    std::string people = text("up to ", clips.shape.persons, " per clip");
    for (std::size_t m = 1; m < s.poses.clips_per_person.size(); ++m)
        people += text(", person ", m + 1, " in ", s.poses.clips_per_person[m], " clips");
    line("people", people);
    line("coordinates", ranges_text(s.poses));
    if (clips.published) line("published split", text(s.train, " train, ", s.test, " test"));
    line("centre joint", topology.joints[static_cast<std::size_t>(topology.centre)]);
    line("body size",
         text("distance of ", topology.joints[static_cast<std::size_t>(topology.scale_pair.first)],
              " and ", topology.joints[static_cast<std::size_t>(topology.scale_pair.second)]));
    for (const auto& note : s.notes) line("note", note);
    out += lines_of(s.found);

    report::table classes({{"label", report::align::right},
                           {"class", report::align::left},
                           {"clips", report::align::right}});
    for (std::size_t k = 0; k < s.per_class.size(); ++k)
        classes.add({text(k), clips.class_names[k], text(s.per_class[k])});
    out += "\n" + classes.str();
    report::table subjects({{"subject", report::align::right}, {"clips", report::align::right}});
    for (const auto& [subject, count] : s.per_subject) subjects.add({text(subject), text(count)});
    out += "\n" + subjects.str();
    return out + "\n" + joint_table(topology, s.poses, skeleton::has_confidence(s.channels));
}

void run_inspect(inspect_options& o) {
    check_outputs(o.json, {o.svg}, o.data.files());
    if (o.how.corpus = o.data.folder;
        o.recordings || data::source_at(o.data.folder).kind != data::source_kind::clips)
        return inspect_recordings(o.how, o.json, o.svg, o.run.thread_count());
    if (!o.how.skeleton.empty() || o.how.joints.ends_with(".csv"))
        wrong_usage(
            "clips name their joints in meta.json; --skeleton and --joints are for recordings");
    const survey s = look_at(o.data);
    if (!o.svg.empty()) {
        const auto& topology = s.clips.topology;
        const auto clip = s.clips.clip(s.best_clip);
        const auto id = s.clips.ids[static_cast<std::size_t>(s.best_clip)];
        io::write_file(o.svg, report::skeleton_chart(
                                  text(report::shorten(s.clips.about.name, 44), ", clip ", id),
                                  clip, s.best_frame, topology.bones(), topology.joints)
                                  .document());
    }
    put_json(o.json, to_json(s));
    print(to_text(s), o.json);
}

}  // namespace

void add_inspect(CLI::App& program) {
    auto options = std::make_shared<inspect_options>();
    CLI::App* command = program.add_subcommand(
        "inspect",
        "Say what is in a folder of clips or in recordings of any known format: joints, people, "
        "frame rate, lengths, classes, subjects, gaps, confidence, and what cannot be used. A "
        "folder of clips holds data.npy (N,C,T,V,M), num_frames.npy, label.npy, subject.npy and "
        "meta.json (joints, bones [child, parent], and where known channels, class_names, fps, "
        "zero_is_missing).");
    std::string formats;
    for (const auto& format : data::readers::formats())
        formats += text("\n  ", format.name, ": ", format.describes);
    command->footer(
        "Examples:\n  mgfm inspect clips --svg skeleton.svg --json -\n"
        "  mgfm inspect interview.json\nFormats of recordings:" +
        formats);
    command->add_option("path", options->data.folder, "Folder of clips, recording or corpus")
        ->required();
    command->add_flag("--recordings", options->recordings,
                      "Look at the recordings of a folder that holds clips as well");
    options->data.add_reading_to(*command);
    options->how.add_reading_to(*command);
    options->run.add_to(*command);
    add_json(*command, options->json, "Everything");
    command->add_option("--svg", options->svg,
                        "A drawing of the skeleton with joint indices and names");
    command->callback([options] { run_inspect(*options); });
}

}  // namespace mgfm

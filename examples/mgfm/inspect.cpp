// mgfm inspect: what is in a folder of clips.
#include <CLI/CLI.hpp>
#include <memory>

#include "commands.hpp"
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
    std::string json, svg;
};

std::int64_t count_unusable(const survey& s) {
    std::int64_t out = 0;
    for (const auto& [reason, count] : s.unusable) out += count;
    return out;
}

io::json joints_json(const survey& s) {
    const auto& topology = s.clips.topology;
    io::json out = io::json::array();
    for (std::size_t j = 0; j < s.joints.size(); ++j) {
        const auto& joint = s.joints[j];
        out.push_back(
            {{"index", j},
             {"name", clean(topology.joints[j])},
             {"parent", topology.parents[j]},
             {"mirror", topology.mirror[j]},
             {"missing_share", joint.missing_share()},
             {"gaps", joint.gaps},
             {"longest_gap", joint.longest_gap},
             {"confidence", skeleton::has_confidence(s.clips.shape.layout) && joint.seen > 0
                                ? io::json(joint.confidence)
                                : io::json(nullptr)}});
    }
    return out;
}

io::json to_json(const survey& s) {
    const auto& clips = s.clips;
    const auto& about = clips.about;
    io::json classes = io::json::array(), people = io::json::array(), ranges = io::json::array();
    for (std::size_t k = 0; k < s.per_class.size(); ++k)
        classes.push_back({{"name", clean(clips.class_names[k])}, {"clips", s.per_class[k]}});
    for (const auto& [subject, count] : s.per_subject)
        people.push_back({{"subject", subject}, {"clips", count}});
    for (std::size_t d = 0; d < s.low.size(); ++d)
        if (s.low[d] <= s.high[d]) ranges.push_back({s.low[d], s.high[d]});
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
        {"channels", skeleton::name(clips.shape.layout)},
        {"persons", clips.shape.persons},
        {"clips_per_person", s.clips_per_person},
        {"frames", {{"min", s.frames.least}, {"median", s.frames.median}, {"max", s.frames.most}}},
        {"classes", std::move(classes)},
        {"subjects", std::move(people)},
        {"published_split",
         clips.published ? io::json{{"train", s.train}, {"test", s.test}} : io::json(nullptr)},
        {"coordinates", std::move(ranges)},
        {"centre", clips.topology.centre},
        {"scale_pair", {clips.topology.scale_pair.first, clips.topology.scale_pair.second}},
        {"joints", joints_json(s)},
        {"notes", std::move(notes)}};
}

std::string joint_table(const survey& s) {
    const auto& topology = s.clips.topology;
    const bool confidence = skeleton::has_confidence(s.clips.shape.layout);
    report::table out({{"joint", report::align::right},
                       {"name", report::align::left},
                       {"parent", report::align::right},
                       {"mirror", report::align::right},
                       {"missing %", report::align::right},
                       {"gaps", report::align::right},
                       {"longest gap", report::align::right},
                       {"confidence", report::align::right}});
    for (std::size_t j = 0; j < s.joints.size(); ++j) {
        const auto& joint = s.joints[j];
        const bool root = topology.parents[j] == static_cast<int>(j);
        const bool own = topology.mirror[j] == static_cast<int>(j);
        out.add({text(j), topology.joints[j], root ? "root" : text(topology.parents[j]),
                 own ? "-" : text(topology.mirror[j]), report::percent(joint.missing_share()),
                 text(joint.gaps), text(joint.longest_gap),
                 confidence && joint.seen > 0 ? fixed(joint.confidence, 3) : "-"});
    }
    return out.str();
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
         text(skeleton::name(clips.shape.layout), about.units.empty() ? "" : ", " + about.units));
    line("frames per second", about.fps.empty() ? "not stated" : about.fps);
    line("frames of a clip",
         text("shortest ", length(s, s.frames.least), ", median ", length(s, s.frames.median),
              ", longest ", length(s, s.frames.most)));
    std::string people = text("up to ", clips.shape.persons, " per clip");
    for (std::size_t m = 1; m < s.clips_per_person.size(); ++m)
        people += text(", person ", m + 1, " in ", s.clips_per_person[m], " clips");
    line("people", people);
    std::string ranges;
    for (std::size_t d = 0; d < s.low.size(); ++d)
        if (s.low[d] <= s.high[d])
            ranges += text(ranges.empty() ? "" : ", ", std::string(1, "xyz"[d]), " ",
                           fixed(s.low[d], 3), " to ", fixed(s.high[d], 3));
    line("coordinates", ranges);
    if (clips.published) line("published split", text(s.train, " train, ", s.test, " test"));
    line("centre joint", topology.joints[static_cast<std::size_t>(topology.centre)]);
    line("body size",
         text("distance of ", topology.joints[static_cast<std::size_t>(topology.scale_pair.first)],
              " and ", topology.joints[static_cast<std::size_t>(topology.scale_pair.second)]));
    for (const auto& note : s.notes) line("note", note);

    report::table classes({{"label", report::align::right},
                           {"class", report::align::left},
                           {"clips", report::align::right}});
    for (std::size_t k = 0; k < s.per_class.size(); ++k)
        classes.add({text(k), clips.class_names[k], text(s.per_class[k])});
    out += "\n" + classes.str();
    report::table subjects({{"subject", report::align::right}, {"clips", report::align::right}});
    for (const auto& [subject, count] : s.per_subject) subjects.add({text(subject), text(count)});
    out += "\n" + subjects.str();
    return out + "\n" + joint_table(s);
}

void run_inspect(const inspect_options& o) {
    check_outputs(o.json, {o.svg}, o.data.files());
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
        "Say what is in a folder of clips: joints, people, frame rate, lengths, classes, subjects, "
        "gaps, confidence, and which clips cannot be used. A folder holds data.npy (N,C,T,V,M), "
        "num_frames.npy, label.npy, subject.npy and meta.json (joints, bones [child, parent], and "
        "where known channels, class_names, fps, zero_is_missing).");
    command->footer("Example:\n  mgfm inspect clips --svg skeleton.svg --json -");
    command->add_option("folder", options->data.folder, "Folder of clips")->required();
    options->data.add_reading_to(*command);
    add_json(*command, options->json, "Everything");
    command->add_option("--svg", options->svg,
                        "A drawing of the skeleton with joint indices and names");
    command->callback([options] { run_inspect(*options); });
}

}  // namespace mgfm

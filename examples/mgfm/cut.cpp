// SPDX-License-Identifier: MIT
// mgfm cut: labelled clips at the annotated segments of recordings.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "commands.hpp"
#include "mgkit/clip/cut.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/data/interview/micro_gestures.hpp"
#include "mgkit/data/write_folder.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"
#include "sampling.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

struct cut_options {
    recording_options recordings;
    run_options run;
    clip_output clips;
    std::string json, command_line;
};

/// Groups of the classes where these are iMiGUE's, else none.
std::vector<std::string> groups_of(const std::vector<std::string>& names) {
    std::vector<std::string> out;
    const auto& all = data::interview::micro_gestures;
    bool any = false;
    for (std::size_t k = 0; k < names.size(); ++k) {
        const std::string& name = names[k];
        auto known =
            std::find_if(all.begin(), all.end(), [&name](const auto& g) { return g.name == name; });
        any = any || known != all.end();
        // A class that the annotations never name has its number for a name.
        if (known == all.end() && k < all.size() && name == text("class ", k))
            known = all.begin() + static_cast<std::ptrdiff_t>(k);
        if (known == all.end()) return {};
        out.emplace_back(data::interview::name(known->group));
    }
    return any ? out : std::vector<std::string>{};
}

/// What became of segments that gave no clip.
struct left_out {
    data::annotator_counts marks;
    int across_changes = 0;  ///< they run across a change of the primary person
    int without_joint = 0;

    data::findings findings() const {
        using data::finding_kind;
        data::findings out;
        out.add(finding_kind::left_out, "segments_across_person_change",
                "segments across a change of the primary person", across_changes);
        out.add(finding_kind::left_out, "segments_without_joint", "segments showing no joint",
                without_joint);
        out.add(finding_kind::left_out, "segments_of_others",
                "segments of annotators whose marks do not count", marks.unused);
        return out;
    }
};

/// What was left out first, for an error that follows from it.
std::string reason_in(const data::findings& found) {
    for (auto& sentence : found.sentences())
        if (sentence.starts_with(name(data::finding_kind::left_out))) return sentence;
    return {};
}

/// Tells classes that got no clip. Errors: mgkit::error for a class whose segments were all lost in
/// reading, and for a side of the split that had segments and got no clip; `cuttable` are the
/// labels of segments that could be cut.
void check_nothing_emptied(const recordings& from, const std::map<int, int>& per_class,
                           const std::set<int>& cuttable, const std::set<data::side>& sides,
                           data::findings& found) {
    const std::string why = reason_in(found);
    const auto& chosen = from.marks->chosen;
    std::map<int, int> marked;
    std::set<data::side> split;
    for (const auto& e : from.corpus.entries)
        for (const auto& s : chosen.of(e.name)) {
            ++marked[s.label];
            split.insert(e.on);
        }
    for (const auto& [label, count] : marked) {
        if (per_class.contains(label)) continue;
        const std::string& name = chosen.class_names[static_cast<std::size_t>(label)];
        if (!cuttable.contains(label))
            throw error("class " + name, text("a clip of at least one of its ", count, " segments"),
                        "none that could be read", why);
        found.add(data::finding_kind::suspect, "class_without_clip",
                  "segments of class \"" + name + "\", of which no clip is left", count);
    }
    for (const data::side on : split)
        if (from.corpus.has_split() && !sides.contains(on))
            throw error(
                from.corpus.path,
                text("clips on the ", on == data::side::test ? "test" : "training", " side"),
                "none of its segments could be used", why);
}

io::json result_of(const recordings& from, const report::audit_clips& made, const left_out& left,
                   const recording_facts& seen, int clips, io::json classes,
                   const data::findings& found) {
    const auto& m = left.marks;
    io::json rates = io::json::array();
    for (const auto& [fps, count] : seen.rates)
        rates.push_back({{"fps", fps}, {"recordings", count}});
    return {{"kind", "cut"},
            {"program", "mgfm cut"},
            {"version", mgkit::version},
            {"corpus", report::clean(from.corpus.about.name)},
            {"synthetic", from.corpus.about.synthetic},
            {"truth", report::clean(from.truth)},
            {"annotators", report::clean(from.whose())},
            {"recordings", m.recordings},
            {"recordings_not_annotated", m.not_annotated},
            {"recordings_with_several_annotators", m.several},
            {"segments", m.segments},
            {"segments_not_used", m.unused},
            {"pairs_overlapping_with_other_class", m.overlapping_classes},
            {"clips", clips},
            {"fps", made.fps},
            {"rates", std::move(rates)},
            {"rates_replaced", seen.replaced_rates},
            {"from_another_rate", made.converted},
            {"resampled", made.shortened},
            {"across_person_change", left.across_changes},
            {"without_visible_joint", left.without_joint},
            {"classes", std::move(classes)},
            {"findings", data::to_json(found)}};
}

std::string words_of(const recordings& from, int frames, const report::audit_clips& made,
                     const left_out& left, const recording_facts& seen) {
    const auto& m = left.marks;
    return text(
        "Truth: ", report::clean(from.whose()), "; ", m.several, " of ", m.recordings,
        " recordings by several people, ", m.not_annotated, " not annotated; ", m.unused, " of ",
        m.segments, " segments not used, ", m.overlapping_classes,
        " pairs overlap under different classes and are both kept\nAt ", report::fixed(made.fps, 2),
        " frames per second, ", made.converted, " from recordings at another rate",
        seen.replaced_rates > 0
            ? text(" (--fps replaces the rate that ", seen.replaced_rates, " recordings state)")
            : std::string(),
        "; ", made.shortened, " longer than ", frames,
        " frames and resampled to so many\nLeft out: ", left.across_changes,
        " across a change of the primary person, ", left.without_joint, " showing no joint\n");
}

void run_cut(const cut_options& o) {
    check_outputs(o.json, {});
    const recordings from = open(o.recordings);
    if (!from.corpus.marks)
        throw error(o.recordings.corpus, "annotated segments", "none",
                    "add segments.csv, or give --segments");
    const auto entries = entries_on(from, "all");
    clip_cutter cutter(from, o.recordings, o.clips, entries, o.run.thread_count());
    std::unique_ptr<data::clip_writer> writer;
    std::string manifest = manifest_head;
    std::map<int, int> per_class;
    std::set<data::side> sides;
    std::set<int> cuttable;
    left_out left;
    recording_facts seen;
    skeleton::pose<float> made;
    data::findings found = from.found();
    same_skeleton like(o.recordings.strict);
    const data::findings reading = for_each_recording(
        from, o.recordings, entries, o.run.thread_count(), "cutting",
        [&](std::size_t entry, auto& loaded) {
            const data::recording& person = loaded.person;
            if (!like.fits(person, found)) return;
            const auto changes = loaded.people.cuts();
            left.marks.add(from.marks->as_read, person.name, from.annotators);
            seen.add(loaded);
            if (!writer) {
                data::clip_set facts =
                    clip_facts(from, person, o.clips.frames, cutter.counts().fps, o.command_line);
                facts.class_names = from.corpus.marks->class_names;
                facts.class_groups = groups_of(facts.class_names);
                writer = std::make_unique<data::clip_writer>(o.clips.folder, std::move(facts));
            }
            data::findings told_by_reading;
            for (const auto& s : data::within(from.marks->chosen.of(person.name), person.frames(),
                                              told_by_reading)) {
                cuttable.insert(s.label);
                if (data::runs_across(changes, s.start, s.end)) {
                    ++left.across_changes;
                    continue;
                }
                cutter.cut(person, s, made);
                const auto view = std::as_const(made).view();
                bool shown = false;
                for (int t = 0; t < view.length && !shown; ++t)
                    for (int v = 0; v < view.shape.joints; ++v) shown = shown || view.valid(t, v);
                if (!shown) {
                    ++left.without_joint;
                    continue;
                }
                ++per_class[s.label];
                sides.insert(from.corpus.entries[entry].on);
                manifest += cutter.keep(writer->count(), person, s, from.corpus.entries[entry].on);
                writer->add(view, s.label, person.subject, published_side(from, entry));
            }
        });
    like.finish();
    found.append(reading);
    found.append(left.findings());
    if (!writer || writer->count() == 0)
        throw error(o.recordings.corpus, "at least one segment that shows a joint", "none",
                    reason_in(found));
    check_nothing_emptied(from, per_class, cuttable, sides, found);
    const int clips = writer->count();
    writer->found() = found;
    io::write_file(writer->path() + "/clips.csv", manifest);
    writer->publish();
    io::json classes = io::json::object();
    for (const auto& [label, count] : per_class)
        classes[report::clean(from.corpus.marks->class_names[static_cast<std::size_t>(label)])] =
            count;
    put_json(o.json,
             result_of(from, cutter.counts(), left, seen, clips, std::move(classes), found));
    print(text("mgfm cut: ", report::clean(from.corpus.about.name), "\n", clips, " clips of ",
               per_class.size(), " classes\n",
               words_of(from, o.clips.frames, cutter.counts(), left, seen), lines_of(found),
               "Written: ", o.clips.folder, "\nNext: mgfm study --data ", o.clips.folder, "\n"),
          o.json);
}

}  // namespace

void add_cut(CLI::App& program, const std::string& command_line) {
    auto options = std::make_shared<cut_options>();
    options->command_line = command_line;
    CLI::App* command = program.add_subcommand(
        "cut",
        "Cut labelled clips out of untrimmed recordings at their annotated segments, for study, "
        "probe and retrieve.");
    command->footer(
        "Example:\n  mgfm cut --corpus recordings --out labelled\n"
        "Segments: recording,start,end,label[,class,annotator]; frames count from 0, end is not "
        "included. Where several annotators marked, --annotators says whose marks count: by "
        "default "
        "those of the lowest-numbered annotator of each recording.");
    options->recordings.add_to(*command);
    options->run.add_to(*command);
    options->clips.add_to(*command);
    add_json(*command, options->json, "Counts");
    command->callback([options] { run_cut(*options); });
}

}  // namespace mgfm

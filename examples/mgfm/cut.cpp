// mgfm cut: labelled clips at the annotated segments of recordings.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "commands.hpp"
#include "mgkit/clip/cut.hpp"
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

void run_cut(const cut_options& o) {
    check_outputs(o.json, {});
    const recordings from = open(o.recordings);
    if (!from.corpus.marks)
        throw error(o.recordings.corpus, "annotated segments", "none",
                    "add segments.csv, or give --segments");
    std::unique_ptr<data::clip_writer> writer;
    std::string manifest = manifest_head;
    std::map<int, int> per_class;
    int resampled = 0, unseen = 0;
    skeleton::pose<float> made;
    for_each_recording(
        from, o.recordings, entries_on(from, "all"), o.run.thread_count(), "cutting",
        [&](std::size_t entry, auto& loaded) {
            const data::recording& person = loaded.person;
            if (!writer) {
                data::clip_set facts = clip_facts(from, person, o.clips.frames, o.command_line);
                facts.class_names = from.corpus.marks->class_names;
                facts.class_groups = groups_of(facts.class_names);
                writer = std::make_unique<data::clip_writer>(o.clips.folder, std::move(facts));
            }
            for (const auto& s : from.gestures(person.name, true)) {
                clip::cut(person, s, o.clips.frames, made);
                const auto view = std::as_const(made).view();
                bool seen = false;
                for (int t = 0; t < view.length && !seen; ++t)
                    for (int v = 0; v < view.shape.joints; ++v) seen = seen || view.valid(t, v);
                if (!seen) {
                    ++unseen;
                    continue;
                }
                resampled += s.length() > o.clips.frames ? 1 : 0;
                ++per_class[s.label];
                manifest +=
                    manifest_line(writer->count(), person, s, from.corpus.entries[entry].on);
                writer->add(view, s.label, person.subject, published_side(from, entry));
            }
        });
    if (!writer || writer->count() == 0)
        throw error(o.recordings.corpus, "at least one segment that shows a joint", "none");
    const int clips = writer->count();
    io::write_file(writer->path() + "/clips.csv", manifest);
    writer->publish();
    io::json classes = io::json::object();
    for (const auto& [label, count] : per_class)
        classes[report::clean(from.corpus.marks->class_names[static_cast<std::size_t>(label)])] =
            count;
    put_json(o.json, {{"kind", "cut"},
                      {"program", "mgfm cut"},
                      {"version", mgkit::version},
                      {"corpus", report::clean(from.corpus.about.name)},
                      {"synthetic", from.corpus.about.synthetic},
                      {"truth", report::clean(from.truth)},
                      {"clips", clips},
                      {"resampled", resampled},
                      {"without_visible_joint", unseen},
                      {"classes", std::move(classes)}});
    print(text("mgfm cut: ", report::clean(from.corpus.about.name), "\n", clips, " clips of ",
               per_class.size(), " classes (", report::clean(from.truth), "); ", resampled,
               " longer than ", o.clips.frames, " frames and resampled, ", unseen,
               " left out for showing no joint\nWritten: ", o.clips.folder,
               "\nNext: mgfm study --data ", o.clips.folder, "\n"),
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
        "included. Where several annotators marked, the first is taken.");
    options->recordings.add_to(*command);
    options->run.add_to(*command);
    options->clips.add_to(*command);
    add_json(*command, options->json, "Counts");
    command->callback([options] { run_cut(*options); });
}

}  // namespace mgfm

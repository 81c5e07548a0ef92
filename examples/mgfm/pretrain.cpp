// SPDX-License-Identifier: MIT
// mgfm pretrain: an encoder trained without labels, in a file.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "commands.hpp"
#include "made_of.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/io/recipe_json.hpp"
#include "mgkit/report/json.hpp"
#include "mgkit/study/fold.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"
#include "pipeline.hpp"
#include "sampling.hpp"
#include "weights.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

struct pretrain_options {
    data_options data;
    model_options model;
    training_options training;
    run_options run;
    std::string out, checkpoint, json, stream = "joint";
    std::string corpus, clips;  ///< recordings to sample clips from, and where the clips go
    recording_options how;      ///< how these are read
    std::vector<int> subjects_out;
    bool all_clips = false;
    std::uint64_t seed = 1;
};

/// The clips to train on, and who was left out.
struct training_side {
    std::vector<int> kept;
    std::string words;  ///< which clips these are
    int tested = 0;     ///< clips left out as the test side of a published split
    std::vector<int> tested_subjects;
};

/// The training side of the published split, unless all clips are asked for, without the subjects
/// of --subjects-out.
/// Errors: a person on both sides, a subject without clips, fewer than two clips left.
training_side choose_clips(const data::clip_set& clips, const pretrain_options& o) {
    training_side out;
    const auto all = data::all_of(clips);
    const auto on = [&](int side) {
        return clips.published &&
               std::count(clips.published->begin(), clips.published->end(), side);
    };
    std::vector<int> side = all;
    out.words = "all clips";
    if (o.all_clips && on(1)) {
        out.words = "all clips, the test side of the published split included (--all-clips)";
    } else if (on(1) && !on(0)) {
        throw error(o.data.folder + "/split.npy", "clips to train on", "the test side only",
                    "--all-clips trains on them");
    } else if (on(1)) {
        const data::split published = data::published_split(clips);
        side = published.train;
        out.words = "the training side of the published split";
        out.tested = static_cast<int>(published.test.size());
        out.tested_subjects = data::subjects_of(clips, published.test);
        say(text("note: trained on the training side of the published split: ", out.tested,
                 " clips of ", out.tested_subjects.size(), " subjects (",
                 list_of(out.tested_subjects), ") are left out; --all-clips takes them too"));
    }
    const auto present = data::subjects_of(clips, all);
    for (const int s : o.subjects_out)
        if (!std::binary_search(present.begin(), present.end(), s))
            throw error("--subjects-out", "subjects among " + list_of(present), text(s));
    for (const int i : side)
        if (std::find(o.subjects_out.begin(), o.subjects_out.end(),
                      clips.subjects[static_cast<std::size_t>(i)]) == o.subjects_out.end())
            out.kept.push_back(i);
    if (!o.subjects_out.empty()) out.words += ", without subjects " + list_of(o.subjects_out);
    if (out.kept.size() < 2)
        throw error(o.subjects_out.empty() ? "mgfm pretrain" : "--subjects-out",
                    "two or more clips to train on", text(out.kept.size()),
                    "leave fewer subjects out");
    return out;
}

/// What the weights were made of, for whoever finds the file: of `clips`, nobody else's.
io::text_map made_of_facts(const data::clip_set& clips, const recipe& made_of) {
    io::text_map out{{"data_digest", data::digest_of(study::counted(clips)).hex()},
                     {"made_of", made_of.key().hex()},
                     {"made_of_parts", io::to_json(made_of).dump()},
                     {"views_with_strengths", std::string(made_of.words("views"))}};
    if (const auto weights = made_of.words("loss weights"); !weights.empty())
        out["loss_weights"] = std::string(weights);
    return out;
}

io::json summary(const pretrain_options& o, const corpus& from, const data::clip_set& clips,
                 const training_side& side, const encode::description& about,
                 const io::text_map& facts, const training_result& result) {
    io::json history = io::json::array();
    for (const auto& epoch : result.history) {
        io::json parts = io::json::object();
        for (const auto& [name, value] : epoch.parts) parts[name] = value;
        history.push_back({{"epoch", epoch.epoch + 1},
                           {"loss", epoch.loss},
                           {"rate", epoch.rate},
                           {"parts", std::move(parts)}});
    }
    return {
        {"kind", "pretrain"},
        {"program", "mgfm pretrain"},
        {"version", mgkit::version},
        {"data",
         {{"name", report::clean(clips.about.name)},
          {"clips", clips.size()},
          {"subjects", subjects(clips)},
          {"subjects_out", o.subjects_out},
          {"digest", facts.at("data_digest")},
          {"trained_on", side.words},
          {"test_side_left_out", {{"clips", side.tested}, {"subjects", side.tested_subjects}}}}},
        {"made_of", io::to_json(result.made_of)},
        {"synthetic", clips.about.synthetic},
        {"generator_version", clips.about.generator.empty()
                                  ? io::json(nullptr)
                                  : io::json(report::clean(clips.about.generator))},
        {"weights", report::clean(o.out)},
        {"parameters", result.encoder.parameters()},
        {"encoder", encode::to_json(about)},
        {"settings", facts},
        {"findings", data::to_json(from.found())},
        {"history", std::move(history)}};
}

/// ", width 64, heads 4": the settings of the encoder.
std::string encoder_words(const encode::clip_input& input, const model_options& model) {
    std::string out;
    for (const auto& [name, value] : encoder_settings(input, model))
        if (name != "encoder" && name != "graph") out += ", " + name + " " + value;
    return out;
}

/// Samples clips from the corpus into a folder, or takes those that an earlier start sampled.
void sample_first(pretrain_options& o) {
    if (!o.data.folder.empty() || o.data.synthetic)
        wrong_usage("--corpus excludes --data and --synthetic");
    if (o.clips.empty()) o.clips = o.out + ".clips";
    o.data.folder = o.clips;
    recording_options recordings = o.how;
    recordings.corpus = o.corpus;
    sampling_options sampling;
    sampling.seed = o.seed;
    const clip_output output{.folder = o.clips};
    const recipe parts = sampled_parts(recordings, sampling, output);
    const std::string wanted = "mgfm pretrain --corpus; " + line_of(parts);
    std::error_code code;
    if (std::filesystem::exists(o.clips + "/meta.json", code)) {
        const io::json meta = io::read_json(o.clips + "/meta.json");
        const auto source = io::get_or<std::string>(meta, "source", "", o.clips);
        if (source != "made by: " + wanted) {
            const auto other = compare(parts, parts_of(source));
            throw error(o.clips, "clips sampled from this corpus (" + other.wanted + ")",
                        "others (" + other.found + ")",
                        "give --clips another folder, or --data for these clips");
        }
        say("note: clips sampled before are taken from " + o.clips);
        return;
    }
    const report::audit audit =
        sample_to_folder(recordings, sampling, output, o.run.thread_count(), wanted);
    say(text("note: ", audit.counts.accepted, " clips sampled into ", o.clips));
    for (const auto& caveat : report::caveats(audit)) say("note: " + caveat);
    for (const auto& sentence : audit.found.sentences()) say("note: " + sentence);
}

void run_pretrain(pretrain_options& o) {
    check_settings(o.model);
    if (o.corpus.empty())
        o.data.check_source();
    else
        sample_first(o);
    check_outputs(o.json, {o.out, o.checkpoint}, o.data.files());
    const int threads = o.run.thread_count();
    corpus from = load(o.data, threads);
    const training_side side = choose_clips(from.clips, o);
    const std::string decided_by =
        settle_reference(from, o.data, side.kept, "those that are trained on");
    const data::clip_set clips = from.clips.subset(side.kept);
    const auto input = input_of(from, o.data, o.model, skeleton::parse_stream(o.stream));
    announce(from, threads);
    training_result result = [&] {
        progress_display display("pre-training", "clips");
        return pretrain(clips, input, o.model, o.training, o.seed, threads, o.checkpoint,
                        preparation_parts(o.data, o.data.reference).add(read_parts(from, clips)),
                        display.with_loss());
    }();
    const encode::description about = result.encoder.describe(from, o.data);
    io::text_map facts = facts_to_keep(from);
    facts.merge(io::text_map{{"clips", text(clips.size())},
                             {"trained_on", side.words},
                             {"reference", o.data.reference},
                             {"reference_decided_by", decided_by},
                             {"min_crop", text(shortest_crop(clips, o.training.min_crop))},
                             {"subjects", io::json(subjects(clips)).dump()},
                             {"seed", text(o.seed)},
                             {"epochs", text(o.training.epochs)},
                             {"batch", text(o.training.batch)},
                             {"rate", io::json(o.training.rate).dump()},
                             {"weight_decay", io::json(o.training.weight_decay).dump()},
                             {"views", o.training.views},
                             {"products", o.training.products}});
    facts.merge(made_of_facts(clips, result.made_of));
    result.encoder.save(o.out, about, facts);
    put_json(o.json, summary(o, from, clips, side, about, facts, result));
    const auto& first = result.history.front();
    const auto& last = result.history.back();
    print(
        text(
            "mgfm pretrain: ", report::clean(clips.about.name), "\n",
            clips.about.synthetic ? "Synthetic data: the clips were generated by a formula.\n" : "",
            clips.size(), " clips of ", subjects(clips).size(), " subjects: ", side.words,
            "\nEncoder ", about.settings.at("encoder"), ", ", o.stream, " stream, ", o.model.frames,
            " frames", encoder_words(input, o.model), ": ", result.encoder.parameters(),
            " parameters\nLoss ", report::fixed(first.loss, 3), " in epoch 1, ",
            report::fixed(last.loss, 3), " in epoch ", last.epoch + 1, "\nWritten: ", o.out,
            "\nNext: mgfm probe ", o.data.synthetic ? "--synthetic" : "--data " + o.data.folder,
            " --weights ", o.out,
            o.subjects_out.empty() ? "" : " --test-subjects " + list_of(o.subjects_out, ","), "\n"),
        o.json);
}

}  // namespace

void add_pretrain(CLI::App& program) {
    auto options = std::make_shared<pretrain_options>();
    CLI::App* command = program.add_subcommand(
        "pretrain",
        "Train an encoder on views of each clip, without labels, and write it to a file that "
        "embed, probe and retrieve read. Where the folder has a split, its training side is "
        "taken.");
    command->footer(
        "Example (subjects 8 to 10 stay unseen; killed and started again, it resumes):\n"
        "  mgfm pretrain --data clips --subjects-out 8,9,10 --out encoder.safetensors "
        "--checkpoint encoder.checkpoint\n"
        "From recordings:\n  mgfm pretrain --corpus recordings --out encoder.safetensors");
    options->data.add_to(*command);
    options->data.add_confidence_to(*command);
    command->add_option("--corpus", options->corpus,
                        "Instead of clips: recordings, from whose training side clips are sampled "
                        "(for other settings of the sampler: mgfm sample, then --data)");
    options->how.add_reading_to(*command);
    command->add_option("--clips", options->clips,
                        "With --corpus: folder for the sampled clips (default: OUT.clips)");
    command
        ->add_option("--subjects-out", options->subjects_out,
                     "Subjects whose clips are not trained on: 8,9,10")
        ->delimiter(',');
    command->add_flag("--all-clips", options->all_clips,
                      "Train on the test side of the folder's split.npy too (default: its training "
                      "side)");
    options->model.add_to(*command);
    command->add_option("--stream", options->stream, "What the encoder sees")
        ->check(CLI::IsMember(stream_names()))
        ->capture_default_str();
    options->training.add_to(*command);
    command->add_option("--seed", options->seed, "Seed; the same seed gives the same bits")
        ->capture_default_str();
    options->run.add_to(*command);
    command->add_option("--checkpoint", options->checkpoint,
                        "File to keep the state in after every epoch and to resume from");
    add_json(*command, options->json, "Summary and loss of every epoch");
    command->add_option("--out", options->out, "File for the weights (safetensors)")->required();
    command->callback([options] { run_pretrain(*options); });
}

}  // namespace mgfm

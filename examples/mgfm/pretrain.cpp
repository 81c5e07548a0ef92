// mgfm pretrain: an encoder trained without labels, in a file.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "commands.hpp"
#include "made_of.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/io/recipe_json.hpp"
#include "mgkit/report/json.hpp"
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
    std::vector<int> subjects_out;
    std::uint64_t seed = 1;
};

/// Indices of the clips of everybody but `out`.
std::vector<int> without(const data::clip_set& clips, const std::vector<int>& out) {
    const auto present = subjects(clips);
    for (const int s : out)
        if (!std::binary_search(present.begin(), present.end(), s))
            throw error("--subjects-out", "subjects among " + list_of(present), text(s));
    std::vector<int> kept;
    for (int i = 0; i < clips.size(); ++i)
        if (std::find(out.begin(), out.end(), clips.subjects[static_cast<std::size_t>(i)]) ==
            out.end())
            kept.push_back(i);
    if (kept.size() < 2)
        throw error("--subjects-out", "two or more clips to train on", text(kept.size()),
                    "leave fewer subjects out");
    return kept;
}

/// What the weights were made of, for whoever finds the file.
io::text_map made_of_facts(const corpus& from, const recipe& made_of) {
    return {{"data_digest", data::digest_of(from.read).hex()},
            {"made_of", made_of.key().hex()},
            {"made_of_parts", io::to_json(made_of).dump()},
            {"views_with_strengths", std::string(made_of.words("views"))},
            {"loss_weights", std::string(made_of.words("loss weights"))}};
}

io::json summary(const pretrain_options& o, const data::clip_set& clips, const io::text_map& facts,
                 const training_result& result) {
    io::json history = io::json::array();
    for (const auto& epoch : result.history) {
        io::json parts = io::json::object();
        for (const auto& [name, value] : epoch.parts) parts[name] = value;
        history.push_back({{"epoch", epoch.epoch + 1},
                           {"loss", epoch.loss},
                           {"rate", epoch.rate},
                           {"parts", std::move(parts)}});
    }
    return {{"kind", "pretrain"},
            {"program", "mgfm pretrain"},
            {"version", mgkit::version},
            {"data",
             {{"name", report::clean(clips.about.name)},
              {"clips", clips.size()},
              {"subjects", subjects(clips)},
              {"subjects_out", o.subjects_out},
              {"digest", facts.at("data_digest")}}},
            {"made_of", io::to_json(result.made_of)},
            {"synthetic", clips.about.synthetic},
            {"generator_version", clips.about.generator.empty()
                                      ? io::json(nullptr)
                                      : io::json(report::clean(clips.about.generator))},
            {"weights", report::clean(o.out)},
            {"parameters", result.encoder.parameters()},
            {"settings", facts},
            {"history", std::move(history)}};
}

/// Samples clips from the corpus into a folder, or takes those that an earlier start sampled.
void sample_first(pretrain_options& o) {
    if (!o.data.folder.empty() || o.data.synthetic)
        wrong_usage("--corpus excludes --data and --synthetic");
    if (o.clips.empty()) o.clips = o.out + ".clips";
    o.data.folder = o.clips;
    recording_options recordings;
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
}

void run_pretrain(pretrain_options& o) {
    if (o.corpus.empty())
        o.data.check_source();
    else
        sample_first(o);
    check_outputs(o.json, {o.out, o.checkpoint}, o.data.files());
    const int threads = o.run.thread_count();
    corpus from = load(o.data, threads);
    const std::vector<int> kept = without(from.clips, o.subjects_out);
    settle_reference(from, o.data, kept);
    const data::clip_set clips = from.clips.subset(kept);
    const auto input = input_of(from, o.data, o.model, skeleton::parse_stream(o.stream));
    announce(from, threads);
    training_result result = [&] {
        progress_display display("pre-training", "clips");
        return pretrain(clips, input, o.model, o.training, o.seed, threads, o.checkpoint,
                        preparation_parts(o.data, o.data.reference), display.with_loss());
    }();
    io::text_map facts = facts_to_keep(from, o.data, o.model, o.stream);
    facts.merge(io::text_map{{"clips", text(clips.size())},
                             {"subjects", io::json(subjects(clips)).dump()},
                             {"seed", text(o.seed)},
                             {"epochs", text(o.training.epochs)},
                             {"batch", text(o.training.batch)},
                             {"rate", io::json(o.training.rate).dump()},
                             {"weight_decay", io::json(o.training.weight_decay).dump()},
                             {"views", o.training.views},
                             {"products", o.training.products}});
    facts.merge(made_of_facts(from, result.made_of));
    result.encoder.save(o.out, facts);
    put_json(o.json, summary(o, clips, facts, result));
    const auto& first = result.history.front();
    const auto& last = result.history.back();
    print(
        text(
            "mgfm pretrain: ", report::clean(clips.about.name), "\n",
            clips.about.synthetic ? "Synthetic data: the clips were generated by a formula.\n" : "",
            clips.size(), " clips of ", subjects(clips).size(), " subjects",
            o.subjects_out.empty() ? "" : ", without subjects " + list_of(o.subjects_out),
            "\nEncoder dste, ", o.stream, " stream, ", o.model.frames, " frames, width ",
            o.model.width, ", ", o.model.heads, " heads: ", result.encoder.parameters(),
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
        "Train an encoder on clips without their labels (multi-grained decorrelation of four views "
        "of each clip) and write it to a file that embed, probe and retrieve read.");
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
    command->add_option("--clips", options->clips,
                        "With --corpus: folder for the sampled clips (default: OUT.clips)");
    command
        ->add_option("--subjects-out", options->subjects_out,
                     "Subjects whose clips are not trained on: 8,9,10")
        ->delimiter(',');
    options->model.add_to(*command);
    command->add_option("--stream", options->stream, "What the encoder sees")
        ->check(CLI::IsMember(stream_names))
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

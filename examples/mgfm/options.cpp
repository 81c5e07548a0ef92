// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <numeric>
#include <thread>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/skeleton/list.hpp"
#include "mgkit/skeleton/streams.hpp"
#include "views.hpp"
#include "weights.hpp"

namespace mgfm {

namespace {

using words_list = std::vector<std::string>;
const words_list scales{"body", "image", "none"};
const words_list references{"auto", "clip", "frame", "none"};
const words_list zero_rules{"declared", "missing", "present"};
const words_list not_finite_rules{"reject", "mark"};

std::string number_text(double value) {
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
    return {buffer, end.ptr};
}

}  // namespace

std::vector<std::string> stream_names() {
    std::vector<std::string> out;
    for (const auto stream : mgkit::skeleton::all_streams)
        out.emplace_back(mgkit::skeleton::name(stream));
    return out;
}

std::map<std::string, std::string> stated_settings(const std::vector<std::string>& words,
                                                   bool has_frames) {
    std::map<std::string, std::string> out;
    for (const std::string& word : words) {
        const auto at = word.find('=');
        if (at == word.npos || at == 0)
            wrong_usage("--set " + word + ": expected key=value (mgfm list prints the keys)");
        const std::string key = word.substr(0, at);
        for (const char* size : {"channels", "frames", "joints", "persons"})
            if (key == size && (has_frames || key != "frames"))
                wrong_usage("--set " + key + ": the clips decide it" +
                            (key == "frames" ? " (--frames)" : ""));
        if (!out.emplace(key, word.substr(at + 1)).second)
            wrong_usage("--set " + key + " is given twice");
    }
    return out;
}

std::vector<std::string> skeleton_names() {
    std::vector<std::string> out;
    mgkit::skeleton::all::for_each([&]<class T>(mgkit::type_tag<T>) { out.emplace_back(T::name); });
    return out;
}

void wrong_usage(const std::string& message) {
    throw CLI::ValidationError(message);
}

std::string list_of(const std::vector<int>& values, const char* between) {
    std::string out;
    for (const int v : values) out += (out.empty() ? "" : between) + std::to_string(v);
    return out;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
    return out;
}

void data_options::add_to(CLI::App& command) {
    command.option_defaults()->group("Clips");
    command.add_option("--data", folder,
                       "Folder of clips: data.npy (N,C,T,V,M), num_frames.npy, label.npy, "
                       "subject.npy, meta.json with joints and bones; split.npy if published");
    command.add_flag("--synthetic", synthetic, "Use a small generated set instead of a folder");
    add_reading_to(command);
}

void data_options::add_reading_to(CLI::App& command) {
    command_ = &command;
    command.option_defaults()->group("Clips");
    command.add_option("--scale", scale, "Size that is divided out: of the body, of the image")
        ->check(CLI::IsMember(scales))
        ->capture_default_str();
    command.add_option("--image-side", image_side, "Longer image side in pixels (--scale image)");
    command
        .add_option("--reference", reference,
                    "Position that is subtracted: the centre joint's over the clip (keeps "
                    "movements of the torso), in each frame (where people walk about), or "
                    "auto: which of the two follows from how far the training clips travel")
        ->check(CLI::IsMember(references))
        ->capture_default_str();
    command.add_option("--zeros", zeros, "Joints at exactly 0: as meta.json declares, or ...")
        ->check(CLI::IsMember(zero_rules))
        ->capture_default_str();
    command.add_option("--not-finite", not_finite, "NaN and infinity: refuse or mark as missing")
        ->check(CLI::IsMember(not_finite_rules))
        ->capture_default_str();
}

void data_options::add_confidence_to(CLI::App& command) {
    command.option_defaults()->group("Clips");
    command.add_flag("--confidence", confidence, "Feed the confidence channel to the encoder");
}

std::vector<std::string> data_options::files() const {
    std::vector<std::string> out;
    if (folder.empty()) return out;
    for (const char* name : {"data.npy", "num_frames.npy", "label.npy", "subject.npy", "view.npy",
                             "split.npy", "meta.json"})
        out.push_back(folder + "/" + name);
    return out;
}

void data_options::check_source() const {
    if (synthetic == !folder.empty())
        wrong_usage(synthetic ? "--data and --synthetic exclude each other"
                              : "--data FOLDER or --synthetic is required");
}

std::map<std::string, std::string> data_options::words() const {
    return {{"scale", scale},
            {"image_side", number_text(image_side)},
            {"reference", reference},
            {"zeros", zeros},
            {"not_finite", not_finite}};
}

void data_options::adopt(const std::map<std::string, std::string>& stored) {
    const auto take = [&](const char* key, const std::string& option, std::string& value) {
        const auto found = stored.find(key);
        if (found != stored.end() && (command_->count(option) == 0 || value == "auto"))
            value = found->second;
    };
    take("scale", "--scale", scale);
    take("reference", "--reference", reference);
    take("zeros", "--zeros", zeros);
    take("not_finite", "--not-finite", not_finite);
    const auto side = stored.find("image_side");
    if (side != stored.end() && command_->count("--image-side") == 0)
        std::from_chars(side->second.data(), side->second.data() + side->second.size(), image_side);
}

namespace {

CLI::Option* add_set(CLI::App& command, std::vector<std::string>& set) {
    return command
        .add_option("--set", set,
                    "Setting of the encoder, key=value; as often as needed (mgfm list prints them)")
        ->take_all()
        ->allow_extra_args(false);
}

}  // namespace

void model_options::add_to(CLI::App& command) {
    add_encoder_to(command);
    command.add_option("--method", method, "How it is pre-trained")
        ->check(CLI::IsMember(pretraining_names()))
        ->capture_default_str();
    command
        .add_option("--queue", queue,
                    "Embeddings of earlier batches that a method of momentum tells a clip from "
                    "(the paper: 512 for iMiGUE, 16384 for NTU-60); 0 for the method's own")
        ->check(CLI::Range(0, 1 << 20))
        ->capture_default_str();
}

std::string model_options::words() const {
    std::string out = encoder + ", " + std::to_string(frames) + " frames, width " +
                      std::to_string(width) + ", heads " + std::to_string(heads);
    for (const auto& [key, value] : stated_settings(set)) out += ", " + key + "=" + value;
    return out;
}

void model_options::add_encoder_to(CLI::App& command) {
    command.option_defaults()->group("Encoder");
    command.add_option("--encoder", encoder, "Which encoder")
        ->check(CLI::IsMember(encoder_names()))
        ->capture_default_str();
    add_set(command, set);
    command.add_option("--frames", frames, "Frames of the encoder's input")
        ->check(CLI::Range(2, 200))
        ->capture_default_str();
    command
        .add_option("--width", width,
                    "The same as --set width=; for encoders of two streams (dste, sttr; features "
                    "of 2 d values) 64 where it is not given, else the encoder's own")
        ->check(CLI::Range(2, 4096));
    command
        .add_option("--heads", heads,
                    "The same as --set heads=; must divide the width; for encoders of two streams "
                    "4 where it is not given")
        ->check(CLI::Range(1, 64));
}

namespace {

void add_views(CLI::App& command, std::string& views) {
    command
        .add_option("--views", views,
                    "Augmentation: reference (that of USDRL), mg (MG-FM's), none (whole clips), or "
                    "stages on whole clips, joined by + (mgfm list prints them)")
        ->check(CLI::Validator(wrong_views, "NAME[+NAME...]"))
        ->capture_default_str();
}

}  // namespace

void training_options::add_to(CLI::App& command, bool with_views) {
    command.option_defaults()->group("Training");
    command.add_option("--epochs", epochs, "Passes over the training clips")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command
        .add_option("--batch", batch,
                    "Clips per step, with as many views each as the method compares (four where it "
                    "takes any)")
        ->check(CLI::Range(2, 65536))
        ->capture_default_str();
    command.add_option("--rate", rate, "Learning rate of Adam")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--weight-decay", weight_decay, "L2 decay of Adam")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command
        .add_option("--min-crop", min_crop,
                    "Shortest crop in frames; 0 takes half the median length, at most 64")
        ->check(CLI::Range(0, 1000000))
        ->capture_default_str();
    if (with_views) add_views(command, views);
    command
        .add_option(
            "--products", products,
            "Factors of matrix products while pre-training: float, or rounded to "
            "bf16 on processors that are faster so (sums, parameters and losses stay float)")
        ->check(CLI::IsMember({"float", "bf16"}))
        ->capture_default_str();
}

void learning_options::add_to(CLI::App& command) {
    command.option_defaults()->group("Training");
    command.add_option("--epochs", epochs, "Passes over the training clips")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command
        .add_option(
            "--choose-epochs", inner_folds,
            "Let people of the training side choose, in so many inner folds, after which of "
            "the epochs training ends; 0 trains all of them")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    command.add_option("--batch", batch, "Clips per step")
        ->check(CLI::Range(2, 65536))
        ->capture_default_str();
    command.add_option("--optimiser", optimiser.kind, "What moves the weights")
        ->check(CLI::IsMember({"adam", "adamw", "sgd"}))
        ->capture_default_str();
    command.add_option("--rate", optimiser.rate, "Learning rate (default: 5e-4, 1e-3, 0.1)")
        ->check(CLI::PositiveNumber);
    command.add_option("--weight-decay", optimiser.weight_decay, "Decay (default: 1e-5, 0.01, 0)")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--momentum", optimiser.momentum, "Of sgd")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_flag("--nesterov", optimiser.nesterov, "Look-ahead of sgd");
    command.add_option("--schedule", rates.schedule, "How the rate changes over the epochs")
        ->check(CLI::IsMember({"constant", "cosine", "steps"}))
        ->capture_default_str();
    command.add_option("--warm-up", rates.warm_up, "Epochs in which the rate rises")
        ->check(CLI::Range(0, 1000000))
        ->capture_default_str();
    command
        .add_option("--milestones", rates.milestones,
                    "Epochs, from 0, at which --schedule steps lowers the rate: 10,50")
        ->delimiter(',');
    command.add_option("--factor", rates.factor, "By which it does")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command
        .add_option("--sampling", sampling,
                    "Order of an epoch: every clip once, or as many clips of every class")
        ->check(CLI::IsMember({"shuffled", "balanced"}))
        ->capture_default_str();
    command
        .add_option("--logit-adjustment", logit_adjustment,
                    "tau: adds tau times the log share of each class to the scores while training")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--label-smoothing", label_smoothing, "Share of all classes in a label")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command
        .add_option(
            "--mix-up", mix_up,
            "alpha: blends the clips of a batch in pairs, by Beta(alpha, alpha); 0 does not")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_flag("--mix-by-row", mix_by_row, "Draw the share of each clip, not of each batch");
    command.add_option("--dropout", dropout, "Of features, before the classifier")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command
        .add_option("--average", average,
                    "Decay of a moving average of the weights, which is what is kept and scored; 0 "
                    "takes the last weights")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    add_views(command, views);
    command
        .add_option("--min-crop", min_crop,
                    "Shortest crop in frames; 0 takes half the median length, at most 64")
        ->check(CLI::Range(0, 1000000))
        ->capture_default_str();
}

void split_options::add_to(CLI::App& command) {
    command.option_defaults()->group("Split (default: the published one, else 5 folds)");
    command.add_option("--test-subjects", test_subjects, "Subjects to test on: 8,9,10")
        ->delimiter(',');
    command.add_option("--folds", folds, "Folds of whole subjects, each tested once")
        ->check(CLI::Range(2, 1000));
    command.add_flag("--alternate", alternate, "Test on every other subject");
}

CLI::Option* encoder_options::add_to(CLI::App& command) {
    command.option_defaults()->group("Encoder");
    CLI::Option* file = command.add_option(
        "--weights", weights,
        "Encoder in a safetensors file: from mgfm pretrain, or any with USDRL's parameter names "
        "(backbone.spe, ...). Frames, width and joints are read from the file. Or the name of one "
        "that comes with mgkit: upper_body, body25_upper15");
    file->transform(file_of_weights);
    command
        .add_option("--heads", heads,
                    "Attention heads, for files that do not say (no size shows them)")
        ->check(CLI::Range(1, 4096));
    command.add_option("--stream", stream, "What the encoder sees, for files that do not say")
        ->check(CLI::IsMember(stream_names()));
    command
        .add_option(
            "--encoder", encoder,
            "Which encoder the file holds, for files that do not say; refused where they say "
            "another")
        ->check(CLI::IsMember(encoder_names()));
    add_set(command, set);
    return file;
}

void repetition_options::add_to(CLI::App& command, bool with_encoders) {
    command.option_defaults()->group("Streams and seeds");
    std::string names;
    for (const auto& name : stream_names()) names += name + ", ";
    names = names.substr(0, names.size() - 2) + "; several are also fused";
    if (with_encoders)
        names +=
            ". Or ENCODER:STREAM, seen by another encoder than --encoder's, whose settings are "
            "--set ENCODER.key=value";
    CLI::Option* option = command.add_option("--streams", streams, "Streams: " + names);
    option->delimiter(',')->capture_default_str();
    if (!with_encoders) option->check(CLI::IsMember(stream_names()));
    command.add_option("--seeds", seeds, "Repetitions with seeds 1 to N")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
}

std::vector<std::uint64_t> repetition_options::seed_numbers() const {
    std::vector<std::uint64_t> out(static_cast<std::size_t>(seeds));
    std::iota(out.begin(), out.end(), std::uint64_t{1});
    return out;
}

void run_options::add_to(CLI::App& command) {
    command.option_defaults()->group("Run");
    command
        .add_option("--threads", threads, "Threads; 0 takes all processors. Results are the same")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

int run_options::thread_count() const {
    return threads > 0 ? threads
                       : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

void add_json(CLI::App& command, std::string& path, const std::string& what) {
    command.option_defaults()->group("Output");
    command.add_option("--json", path, what + " as JSON to this file; - is standard output");
}

}  // namespace mgfm

// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include "mgkit/core/error.hpp"
#include "mgkit/core/type_list.hpp"
#include "mgkit/skeleton/list.hpp"
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

const std::vector<std::string> stream_names{"joint", "bone", "motion", "bone_motion"};

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

void model_options::add_to(CLI::App& command) {
    command.option_defaults()->group("Encoder");
    command.add_option("--encoder", encoder, "Which encoder")
        ->check(CLI::IsMember(encoder_names()))
        ->capture_default_str();
    command.add_option("--method", method, "How it is pre-trained")
        ->check(CLI::IsMember(pretraining_names()))
        ->capture_default_str();
    command.add_option("--frames", frames, "Frames of the encoder's input")
        ->check(CLI::Range(2, 200))
        ->capture_default_str();
    command
        .add_option("--width", width,
                    "Width d of the encoder; dste and sttr have features of 2 d values")
        ->check(CLI::Range(2, 4096))
        ->capture_default_str();
    command.add_option("--heads", heads, "Attention heads; must divide the width")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
}

void training_options::add_to(CLI::App& command) {
    command.option_defaults()->group("Training");
    command.add_option("--epochs", epochs, "Passes over the training clips")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command.add_option("--batch", batch, "Clips per step, four views each")
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
    command
        .add_option("--views", views,
                    "Augmentation: the USDRL reference's, or MG-FM's with its further stages")
        ->check(CLI::IsMember({"reference", "mg"}))
        ->capture_default_str();
    command
        .add_option(
            "--products", products,
            "Factors of matrix products while pre-training: float, or rounded to "
            "bf16 on processors that are faster so (sums, parameters and losses stay float)")
        ->check(CLI::IsMember({"float", "bf16"}))
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
        ->check(CLI::IsMember(stream_names));
    return file;
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

#include "options.hpp"

#include <algorithm>
#include <thread>

namespace mgfm {

void data_options::add_to(CLI::App& command) {
    command.add_option("--data", folder,
                       "Folder of clips: data.npy (N,C,T,V,M), num_frames.npy, label.npy, "
                       "subject.npy, meta.json with joints and bones; split.npy if published");
    command.add_flag("--synthetic", synthetic, "Use a small generated set instead of a folder");
    command.add_option("--scale", scale, "Size that is divided out: of the body, of the image")
        ->check(CLI::IsMember({"body", "image", "none"}))
        ->capture_default_str();
    command.add_option("--image-side", image_side, "Longer image side in pixels (--scale image)");
    command
        .add_option("--reference", reference,
                    "Position that is subtracted: the centre joint's over the clip (keeps "
                    "movements of the torso) or in each frame")
        ->check(CLI::IsMember({"clip", "frame", "none"}))
        ->capture_default_str();
    command.add_option("--zeros", zeros, "Joints at exactly 0: as meta.json declares, or ...")
        ->check(CLI::IsMember({"declared", "missing", "present"}))
        ->capture_default_str();
    command.add_option("--not-finite", not_finite, "NaN and infinity: refuse or mark as missing")
        ->check(CLI::IsMember({"reject", "mark"}))
        ->capture_default_str();
    command.add_flag("--confidence", confidence, "Feed the confidence channel to the encoder");
}

void model_options::add_to(CLI::App& command) {
    command.add_option("--frames", frames, "Frames of the encoder's input")
        ->check(CLI::Range(2, 200))
        ->capture_default_str();
    command.add_option("--width", width, "Width d of the encoder; features have 2 d values")
        ->check(CLI::Range(2, 4096))
        ->capture_default_str();
    command.add_option("--heads", heads, "Attention heads; must divide the width")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
}

void training_options::add_to(CLI::App& command) {
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
}

void run_options::add_to(CLI::App& command) {
    command
        .add_option("--threads", threads, "Threads; 0 takes all processors. Results are the same")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

int run_options::thread_count() const {
    return threads > 0 ? threads : std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace mgfm

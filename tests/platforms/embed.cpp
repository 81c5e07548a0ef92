// SPDX-License-Identifier: MIT
// A program around tests/checks/inference.cpp, for other platforms: embed FOLDER makes an encoder
// of width 32 and writes it there, twice over one name, reads it back and embeds clips; the
// features must be those of the encoder in memory, bit for bit. Prints some of them, which
// platforms compare.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/core/error.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/archive.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"

namespace mg = mgkit;
using tensor = mg::eigen::tensor<float>;

std::vector<float> features(const mg::data::clip_set& clips, const char* weights);

int main(int count, char** arguments) try {
    if (count != 2) {
        std::puts("usage: embed FOLDER");
        return 2;
    }
    std::filesystem::create_directories(arguments[1]);
    const auto path = std::filesystem::path(arguments[1]) / "encoder.safetensors";
    const auto clips = mg::data::make_synthetic({.subjects = 2, .repetitions = 1});
    const auto ready = mg::clip::prepare({}, clips).clips;
    const mg::encode::clip_input input(ready.topology, ready.shape, {.frames = 32});
    mg::context ctx{.seed = 7};
    std::vector<float> kept;
    for (const std::uint64_t seed : {1, 7}) {  // the second replaces the file of the first
        ctx.seed = seed;
        mg::encode::dste<tensor> encoder(ctx, {.clip = input.extents(), .width = 32, .heads = 4});
        mg::encode::save_encoder(ctx, path.string(), encoder,
                                 mg::encode::describe(encoder, input, ready.topology, {}));
        kept = mg::encode::embed(ctx, encoder, input, ready).values;
    }
    const std::vector<float> found = features(clips, path.string().c_str());
    const auto at = [&](std::size_t i) { return double(found[i]); };
    std::printf("%zu clips, %zu numbers: %.3f %.3f %.3f\n", clips.labels.size(), found.size(),
                at(0), at(found.size() / 2), at(found.size() - 1));
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(arguments[1]))
        ++files;
    if (files != 1) std::printf("%zu files where one was written\n", files);
    try {
        features(clips, "no such file");
        std::puts("a file that does not exist was read");
        return 1;
    } catch (const mg::error& refusal) {
        std::printf("refused: %s\n", refusal.what());
    }
    return found == kept && files == 1 ? 0 : 1;
} catch (const std::exception& problem) {
    std::printf("%s\n", problem.what());
    return 1;
}

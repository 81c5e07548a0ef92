// SPDX-License-Identifier: MIT
#include "mgkit/inference.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/classifier.hpp"
#include "mgkit/encode/dste.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/encode/input_for.hpp"

using namespace mgkit;
using array = eigen::tensor<float>;
using network = encode::dste<array>;

namespace {
std::atomic<long> allocations{0};

void* taken(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
    ++allocations;
    size = (std::max<std::size_t>(size, 1) + alignment - 1) / alignment * alignment;
    if (void* memory = std::aligned_alloc(alignment, size)) return memory;
    throw std::bad_alloc();
}
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    return taken(size);
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    return taken(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

namespace {

struct stored {
    std::string path;
    data::clip_set clips = data::make_synthetic();
    encode::preparation prepared;

    ~stored() { std::filesystem::remove(path); }

    /// Writes an encoder for the clips, with a classifier where names of classes are given.
    explicit stored(const std::string& name, std::vector<std::string> classes = {},
                    clip::reference_rule rule = clip::reference_rule::per_clip)
        : path((std::filesystem::temp_directory_path() / ("mgkit_inference_" + name)).string()) {
        prepared.clips.reference = rule;
        context ctx{.seed = 4};
        const auto ready = clip::prepare(prepared.clips, clips).clips;
        const encode::clip_input input(
            ready.topology, ready.shape,
            {.frames = 32,
             .stream = skeleton::stream::motion,
             .confidence = skeleton::has_confidence(ready.shape.layout)});
        network model(ctx, {.clip = input.extents(), .width = 16, .heads = 2});
        auto about = encode::describe(model, input, ready.topology, prepared);
        about.classes = std::move(classes);
        if (about.classes.empty()) {
            encode::save_encoder(ctx, path, model, about);
        } else {
            nn::linear<array> fc(nn::scope(ctx, "fc"), model.features(),
                                 static_cast<extent>(about.classes.size()), .5);
            encode::save_classifier(ctx, path, model, fc, about);
        }
    }

    /// The same features by the parts that inference is made of, one clip a batch.
    data::feature_table by_parts() const {
        context ctx;
        const auto loaded = encode::load_encoder<array>(ctx, path);
        const auto ready = clip::prepare(loaded.about.prepared.value().clips, clips).clips;
        return encode::embed(ctx, loaded.model, encode::input_for(loaded.about, ready), ready, 1);
    }
};

std::vector<float> copied(std::span<const float> values) {
    return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("Inference gives the features of embed, bit for bit, in any order of clips") {
    for (const auto rule : {clip::reference_rule::per_clip, clip::reference_rule::per_frame}) {
        const stored made("features", {}, rule);
        const auto wanted = made.by_parts();
        const inference model(made.path);
        REQUIRE(static_cast<std::size_t>(model.features()) == wanted.columns);
        CHECK(model.topology().joints == made.clips.topology.joints);
        CHECK(model.classes().empty());
        CHECK(model.notes().empty());
        inference::session here(model);
        for (int i = made.clips.size() - 1; i >= 0; --i) {
            const auto found = here.embed(made.clips.clip(i));
            CHECK(here.unusable().empty());
            const auto row = wanted.row(static_cast<std::size_t>(i));
            CHECK(copied(found) == std::vector<float>(row.begin(), row.end()));
        }
    }
}

TEST_CASE("Nothing is allocated after the first clip of a shape") {
    const stored made("allocations", {"still", "moving"}, clip::reference_rule::per_frame);
    const inference model(made.path);
    inference::session here(model);
    here.embed(made.clips.clip(0));
    here.classify(made.clips.clip(0));
    const long before = allocations;
    for (int i = 0; i < made.clips.size(); ++i) {
        here.embed(made.clips.clip(i));
        here.classify(made.clips.clip(i));
    }
    CHECK(allocations == before);
}

TEST_CASE("Threads share one model, and a session outlives the object it was made from") {
    const stored made("threads");
    const auto wanted = made.by_parts();
    std::optional<inference> model(made.path);
    std::vector<inference::session> sessions;
    for (int k = 0; k < 2; ++k) sessions.emplace_back(*model);
    model.reset();
    std::vector<std::vector<std::vector<float>>> found(2);
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < 2; ++k)
        threads.emplace_back([&, k] {
            for (int i = 0; i < made.clips.size(); ++i)
                found[k].push_back(copied(sessions[k].embed(made.clips.clip(i))));
        });
    for (auto& thread : threads) thread.join();
    for (std::size_t i = 0; i < wanted.rows; ++i) {
        const auto row = wanted.row(i);
        CHECK(found[0][i] == std::vector<float>(row.begin(), row.end()));
        CHECK(found[1][i] == found[0][i]);
    }
}

TEST_CASE("Probabilities are the softmax of the stored classifier") {
    const stored made("classes", {"a", "b", "c"});
    const inference model(made.path);
    CHECK(model.classes() == std::vector<std::string>{"a", "b", "c"});
    inference::session here(model);
    context ctx;
    const io::safetensors_file file(made.path);
    const auto loaded = encode::load_encoder<array>(ctx, file);
    const auto fc = encode::load_classifier<array>(ctx, file, loaded);
    const auto features = made.by_parts();
    for (int i = 0; i < 5; ++i) {
        const auto found = copied(here.classify(made.clips.clip(i)));
        const auto row = features.row(static_cast<std::size_t>(i));
        const array x = backend_traits<array>::from_host(
            ctx, std::vector<float>(row.begin(), row.end()), {1, static_cast<extent>(row.size())});
        const auto scores = nn::host_values(ctx, (*fc)(ctx, x));
        double sum = 0;
        // Softmax in float beside one in double: some roundings of 6e-8 each, in exp and in the
        // sum.
        for (const float s : scores) sum += std::exp(double(s));
        for (std::size_t k = 0; k < 3; ++k)
            CHECK(found[k] == Catch::Approx(std::exp(double(scores[k])) / sum).epsilon(1e-5));
        CHECK(found[0] + found[1] + found[2] == Catch::Approx(1).epsilon(1e-6));
    }
}

TEST_CASE("Clips and files that do not fit are told in one line") {
    const stored made("refused");
    const inference model(made.path);
    inference::session here(model);
    CHECK_THROWS_WITH(here.classify(made.clips.clip(0)),
                      Catch::Contains("expected an encoder with a classifier"));

    auto shape = made.clips.shape;
    shape.persons = 2;
    const skeleton::pose<float> two(shape, 5);
    CHECK_THROWS_WITH(here.embed(two.view()), Catch::Contains("1 person"));
    shape = made.clips.shape;
    shape.joints -= 1;
    const skeleton::pose<float> fewer(shape, 5);
    CHECK_THROWS_WITH(here.embed(fewer.view()), Catch::Contains("joints"));
    const skeleton::pose<float> none(made.clips.shape, 0);
    CHECK(here.embed(none.view()).empty());
    CHECK(here.unusable() == "no frame");
    CHECK(!here.embed(made.clips.clip(0)).empty());
    CHECK(here.unusable().empty());

    skeleton::pose<float> broken(made.clips.shape, made.clips.shape.frames);
    const auto from = made.clips.clip(0);
    std::copy_n(from.values, made.clips.shape.size(), broken.view().values);
    broken.view().at(0, 3, 4) = std::numeric_limits<float>::infinity();
    CHECK_THROWS_WITH(here.embed(broken.view()), Catch::Contains("finite"));

    context ctx;
    network bare(ctx, {.clip = {3, 32, 20, 1}, .width = 16, .heads = 2});
    encode::description about;
    about.settings = bare.facts();
    encode::save_encoder(ctx, made.path, bare, about);
    CHECK_THROWS_WITH(inference(made.path), Catch::Contains("states its joints"));
    CHECK_THROWS_WITH(inference(made.path + ".none"), Catch::Contains(made.path + ".none"));
}

// SPDX-License-Identifier: MIT
// Definitions of inference.hpp.
#pragma once

#include "mgkit/inference.hpp"

#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/preprocess.hpp"
#include "mgkit/encode/classifier.hpp"
#include "mgkit/encode/input_for.hpp"
#include "mgkit/encode/list.hpp"
#include "mgkit/nn/prepared.hpp"

namespace MGKIT_NAMESPACE {

namespace detail {

using inference_tensor = eigen::tensor<float>;

/// An encoder of the list without what training needs of it.
struct inference_encoder {
    virtual ~inference_encoder() = default;
    virtual inference_tensor features_of(context& ctx, const inference_tensor& clips) const = 0;

    encode::description about;
    std::vector<std::string> notes;
    std::string words;
    int features = 0;
    std::optional<nn::linear<inference_tensor>> classifier;
};

template <class Encoder>
struct inference_holding final : inference_encoder {
    encode::loaded_encoder<Encoder> loaded;
    nn::prepared<Encoder> ready;

    inference_holding(context& ctx, const io::safetensors_file& file)
        : loaded(encode::load_encoder<Encoder>(ctx, file)), ready(ctx, loaded.model) {
        about = loaded.about;
        notes = loaded.notes;
        words = encode::encoder_words(loaded.model);
        features = loaded.model.features();
        classifier = encode::load_classifier<inference_tensor>(ctx, file, loaded);
    }
    inference_tensor features_of(context& ctx, const inference_tensor& clips) const override {
        return ready(ctx, clips);
    }
};

}  // namespace detail

struct inference::model {
    explicit model(const std::string& file) : path(file) {
        const io::safetensors_file from(path);
        const auto about = encode::stored_description(from).value_or(encode::description{});
        encode::require_stated_input(about, path);
        context ctx;
        encode::with_encoder<encode::all<detail::inference_tensor>>(
            about.settings, path, [&](auto tag) {
                using found = typename decltype(tag)::type;
                encoder = std::make_unique<detail::inference_holding<found>>(ctx, from);
            });
        persons = nn::number_of(encoder->about.settings, "persons", 1, path);
    }

    std::string path;
    std::unique_ptr<const detail::inference_encoder> encoder;
    int persons = 1;
};

MGKIT_INLINE inference::inference(const std::string& path)
    : held_(std::make_shared<const model>(path)) {}

MGKIT_INLINE int inference::features() const {
    return held_->encoder->features;
}
MGKIT_INLINE const std::vector<std::string>& inference::classes() const {
    return held_->encoder->about.classes;
}
MGKIT_INLINE const skeleton::dynamic& inference::topology() const {
    return held_->encoder->about.topology;
}
MGKIT_INLINE const std::string& inference::channels() const {
    return held_->encoder->about.channels;
}
MGKIT_INLINE const std::vector<std::string>& inference::notes() const {
    return held_->encoder->notes;
}
MGKIT_INLINE std::string inference::words() const {
    const auto& about = held_->encoder->about;
    return text(held_->encoder->words, ", ", features(), " features of ",
                about.topology.joints.size(), " joints, ",
                skeleton::name(about.stream.value_or(skeleton::stream::joint)), " stream");
}

struct inference::session::memory {
    context ctx{.threads = 1};
    clip::preprocess_memory<float> preparing;
    skeleton::pose<float> prepared;
    std::optional<encode::clip_input> input;
    skeleton::pose_shape input_shape;
    encode::clip_input::scratch writing;
    std::vector<float> values, out;
    clip::clip_fault fault = clip::clip_fault::none;

    /// Prepared values of a clip [1, C, T, V, M]; nothing where it cannot be used.
    std::optional<detail::inference_tensor> read(const inference::model& m,
                                                 skeleton::pose_view<const float> clip) {
        const auto& about = m.encoder->about;
        if (clip.shape.persons != m.persons)
            throw error(m.path, text("clips of ", m.persons, " person(s)"),
                        text(clip.shape.persons),
                        "embed each person's clip, or take another encoder");
        fault = clip::preprocess<float>(about.prepared->clips, skeleton::references(about.topology),
                                        clip, prepared, preparing);
        if (fault != clip::clip_fault::none) return std::nullopt;
        if (!input || !(input_shape == prepared.shape())) {
            input.emplace(encode::input_for(about, about.topology, prepared.shape()));
            input_shape = prepared.shape();
        }
        values.resize(input->size());
        input->write_whole(std::as_const(prepared).view(), values, writing);
        const auto e = input->extents();
        return backend_traits<detail::inference_tensor>::from_host(
            ctx, values, {1, e.channels, e.frames, e.joints, e.persons});
    }

    std::span<const float> give(const inference::model& m, const detail::inference_tensor& row) {
        out.resize(static_cast<std::size_t>(shape_of(row).elements()));
        backend_traits<detail::inference_tensor>::to_host(ctx, row, out);
        for (const float value : out)
            if (!std::isfinite(value))
                throw error(m.path, "finite features", "NaN or infinity",
                            "look for values of the clip that are not finite or very large");
        return out;
    }
};

MGKIT_INLINE inference::session::session(const inference& from)
    : model_(from.held_), memory_(std::make_unique<memory>()) {}
MGKIT_INLINE inference::session::session(session&&) noexcept = default;
MGKIT_INLINE inference::session& inference::session::operator=(session&&) noexcept = default;
MGKIT_INLINE inference::session::~session() = default;

MGKIT_INLINE std::span<const float> inference::session::embed(
    skeleton::pose_view<const float> clip) {
    const auto clips = memory_->read(*model_, clip);
    if (!clips) return {};
    return memory_->give(*model_, model_->encoder->features_of(memory_->ctx, *clips));
}

MGKIT_INLINE std::span<const float> inference::session::classify(
    skeleton::pose_view<const float> clip) {
    const detail::inference_encoder& encoder = *model_->encoder;
    if (!encoder.classifier)
        throw error(model_->path, "an encoder with a classifier", "one without",
                    "save it with encode::save_classifier, or compare features");
    const auto clips = memory_->read(*model_, clip);
    if (!clips) return {};
    context& ctx = memory_->ctx;
    return memory_->give(
        *model_, softmax(ctx, (*encoder.classifier)(ctx, encoder.features_of(ctx, *clips))));
}

MGKIT_INLINE std::string_view inference::session::unusable() const {
    return memory_->fault == clip::clip_fault::none ? "" : clip::describe(memory_->fault);
}

}  // namespace MGKIT_NAMESPACE

// SPDX-License-Identifier: MIT
// A trained encoder at work in a program: clips in, features or classes out.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/compiler.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/pose.hpp"

namespace MGKIT_NAMESPACE {

/// An encoder of the library's list, and a classifier where the file has one, on the default
/// backend with whichever products the build chose; nothing optional is linked.
///
///     const mgkit::inference model("encoder.safetensors");
///     mgkit::inference::session here(model);                    // one for each thread
///     std::span<const float> features = here.embed(clip.view());
///
/// Never changes after it was made: any number of threads may use one, each through a session of
/// its own. Copies share it. Cost: memory of the file's values, once in all.
class inference {
public:
    /// From a file that encode::save_encoder, encode::save_classifier or `mgfm pretrain` wrote.
    /// Errors: mgkit::error for a file that is none, one that does not state its skeleton or how
    /// its clips were prepared, an encoder that is not in the list.
    explicit inference(const std::string& path);

    /// Features of a clip: D.
    int features() const;
    /// Names of the classes, in the order of `session::classify`; none without a classifier.
    const std::vector<std::string>& classes() const;
    /// The joints that clips must have, in this order.
    const skeleton::dynamic& topology() const;
    /// Their channels: xy, xyz, xyc or xyzc (c: the confidence is read too).
    const std::string& channels() const;
    /// What loading assumed, to be told; often nothing.
    const std::vector<std::string>& notes() const;
    /// The encoder and what it reads, in words.
    std::string words() const;

    class session;

private:
    struct model;
    std::shared_ptr<const model> held_;
};

/// The memory of one thread's passes: after the first clip of a shape nothing is allocated.
class inference::session {
public:
    explicit session(const inference& from);
    session(session&&) noexcept;
    session& operator=(session&&) noexcept;
    ~session();

    /// Features [D] of one clip, C T V M, as it was recorded: prepared and resampled here as the
    /// encoder's training clips were. Valid until the next call. Empty where the clip cannot be
    /// used, for example because nobody is seen in it: `unusable` says why. Errors: mgkit::error
    /// for other joints, channels or persons than the encoder's, values that make the features
    /// infinite or NaN. Randomness: none; equal to encode::embed of the clip. Cost: one pass.
    std::span<const float> embed(skeleton::pose_view<const float> clip);

    /// Probabilities of the classes, which add up to 1, likewise.
    /// Errors: also a model without a classifier.
    std::span<const float> classify(skeleton::pose_view<const float> clip);

    /// Why the last clip could not be used; empty where it could.
    std::string_view unusable() const;

private:
    struct memory;
    std::shared_ptr<const model> model_;
    std::unique_ptr<memory> memory_;
};

}  // namespace MGKIT_NAMESPACE

#if !defined(MGKIT_COMPILED)
#include "mgkit/inference-inl.hpp"
#endif

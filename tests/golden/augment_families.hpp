// SPDX-License-Identifier: MIT
// Crop and resize, spatial perturbations, whole views of the feeder, gesture augmentations, streams
// and token layouts.
//
// Float bounds: 1e-6 where values are blended or mapped once from inputs near 1 (three roundings of
// 6e-8); 1e-5 against the float32 reference itself, whose sampling positions are off by 3e-6.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "golden/support.hpp"
#include "mgkit/augment/list.hpp"
#include "mgkit/encode/tokens.hpp"
#include "mgkit/skeleton/streams.hpp"

namespace MGKIT_NAMESPACE::golden::augment_group {

using skeleton::channel_layout;
using skeleton::pose;
using skeleton::pose_shape;

template <class S>
constexpr double bound = std::is_same_v<S, double> ? 1e-9 : 1e-6;

/// Files of two and three channels hold coordinates only.
inline pose_shape shape_in(const io::json& config, int channels) {
    return {channels == 2 ? channel_layout::xy : channel_layout::xyz, config.at("T").get<int>(),
            config.at("V").get<int>(), config.at("M").get<int>()};
}

template <class S>
struct stored_clip {
    std::vector<S> values;
    skeleton::pose_view<const S> view;

    stored_clip(const io::safetensors_file& file, pose_shape shape, int length)
        : values(file.read<S>("input/data")), view{values.data(), shape, length} {
        if (values.size() < shape.size())
            throw error(file.path(), text(shape.size(), " values as config says"),
                        text(values.size()));
    }
};

template <class A, class S>
std::vector<S> view_of(const A& stage, const typename A::plan& plan,
                       skeleton::pose_view<const S> clip) {
    augment::workspace<S> work;
    const auto behind = augment::after(stage, {clip.shape, clip.length, {}});
    std::vector<S> out(behind.shape.size());
    augment::apply(stage, plan, clip, {out.data(), behind.shape, behind.length}, work);
    return out;
}

template <class S>
void compare(checks& out, const io::safetensors_file& file, const std::string& name,
             const std::vector<S>& got, double tolerance = bound<S>) {
    const auto want = file.read<double>(name);
    out.close(name, std::span(got), std::span(want), tolerance);
}

inline augment::matrix3 matrix_in(const io::safetensors_file& file, const std::string& name) {
    const auto values = file.read<double>(name);
    augment::matrix3 matrix{};
    for (std::size_t i = 0; i < 9; ++i) matrix[i / 3][i % 3] = values.at(i);
    return matrix;
}

inline augment::index_set joints_in(const io::safetensors_file& file, const std::string& name) {
    augment::index_set joints;
    for (const int joint : file.read<int>(name)) joints.insert(joint);
    return joints;
}

template <class... Ts>
void crop_resize(const io::safetensors_file& file, const io::json& config, checks& out) {
    const pose_shape shape = shape_in(config, config.at("C").get<int>());
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        int number = 0;
        for (const auto& [valid, start, length, frames] :
             config.at("crops").get<std::vector<std::array<int, 4>>>()) {
            const stored_clip<S> clip(file, shape, valid);
            const std::string name = text("crop_", number++);
            const auto got =
                view_of(augment::crop_resize{.frames = frames}, {start, length, frames}, clip.view);
            compare(out, file, "output/" + name, got);
            if constexpr (std::is_same_v<S, float>)
                compare(out, file, "output_f32/" + name, got, 1e-5);
        }
        number = 0;
        for (const auto& entry : config.at("centers")) {
            const stored_clip<S> clip(file, shape, entry.at(0).get<int>());
            const augment::crop_resize stage{.frames = entry.at(2).get<int>()};
            const augment::clip_info info{shape, clip.view.length, {}};
            const auto plan = stage.centre(info, entry.at(1).get<double>());
            compare(out, file, text("output/center_", number++), view_of(stage, plan, clip.view));
        }
    });
}

template <class... Ts>
void spatial_augment(const io::safetensors_file& file, const io::json& config, checks& out) {
    const pose_shape shape = shape_in(config, config.at("C").get<int>());
    const augment::joint_damage mixed{joints_in(file, "input/joints"), augment::damage::map,
                                      matrix_in(file, "input/corruption")};
    const augment::joint_damage zeroed{mixed.joints, augment::damage::erase};
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        const stored_clip<S> clip(file, shape, shape.frames);
        compare(out, file, "output/shear",
                view_of(augment::shear{}, {matrix_in(file, "input/shear")}, clip.view));
        const augment::joint_corruption corruption;
        compare(out, file, "output/joints_mixed", view_of(corruption, mixed, clip.view));
        compare(out, file, "output/joints_zeroed", view_of(corruption, zeroed, clip.view));
    });
}

/// The plan that the recorded draws of one view amount to.
inline augment::reference::plan plan_in(const io::safetensors_file& file, const io::json& view,
                                        int number, int frames) {
    const std::string prefix = text("input/view", number, "_");
    augment::reference::plan plan;
    auto& [crop, one] = plan;
    crop = {view.at("start").get<int>(), view.at("length").get<int>(), frames};
    const std::string op = view.at("op").get<std::string>();
    if (op == "shear") {
        one.emplace<1>(augment::shear::plan{matrix_in(file, prefix + "matrix")});
    } else {
        augment::joint_damage damage{joints_in(file, prefix + "joints"), augment::damage::erase};
        if (op == "mix") {
            damage.kind = augment::damage::map;
            damage.mixing = matrix_in(file, prefix + "matrix");
        }
        one.emplace<0>(damage);
    }
    return plan;
}

template <class... Ts>
void feeder_views(const io::safetensors_file& file, const io::json& config, checks& out) {
    const pose_shape shape = shape_in(config, 3);
    const int valid = config.at("valid").get<int>(), frames = config.at("out_T").get<int>();
    const double low = config.at("l_ratio").at(0).get<double>();
    const double high = config.at("l_ratio").at(1).get<double>();
    augment::reference policy;
    auto& crop = policy.get<augment::crop_resize>();
    crop = {
        .low = low, .high = high, .min_crop = config.at("min_crop").get<int>(), .frames = frames};
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        const stored_clip<S> clip(file, shape, valid);
        int number = 0;
        for (const auto& view : config.at("views")) {
            const auto plan = plan_in(file, view, number, frames);
            const double share = low + (high - low) * view.at("u").get<double>();
            const std::array<S, 1> length{static_cast<S>(crop.crop_length(valid, share))};
            const std::array<double, 1> recorded{view.at("length").get<double>()};
            out.close(text("length of view ", number), std::span<const S>(length),
                      std::span<const double>(recorded), 0);
            compare(out, file, text("output/view", number++), view_of(policy, plan, clip.view));
        }
    });
}

/// A clip [T, V, C] of one person, in the library's order.
template <class S>
pose<S> frames_first(const io::safetensors_file& file, const std::string& name) {
    const auto extents = file.shape(name);
    const auto values = file.read<S>(name);
    const int frames = static_cast<int>(extents.at(0)), joints = static_cast<int>(extents.at(1)),
              channels = static_cast<int>(extents.at(2));
    if (channels != 2 && channels != 3)
        throw error(file.path(), "two or three coordinates", text(channels));
    pose<S> clip({channels == 2 ? channel_layout::xy : channel_layout::xyz, frames, joints, 1},
                 frames);
    std::size_t at = 0;
    for (int t = 0; t < frames; ++t)
        for (int v = 0; v < joints; ++v)
            for (int c = 0; c < channels; ++c) clip.view().at(c, t, v) = values.at(at++);
    return clip;
}

/// Compares the view that a plan makes of input/x with `name`, [T, V, C].
template <class S, class A>
void compare_view(checks& out, const io::safetensors_file& file, const std::string& name,
                  const A& stage, const typename A::plan& plan) {
    const pose<S> clip = frames_first<S>(file, "input/x");
    const auto got = view_of(stage, plan, clip.view());
    const auto stored = frames_first<double>(file, name);
    const std::span<const double> want(stored.view().values, stored.shape().size());
    out.close(name, std::span<const S>(got), want, bound<S>);
}

/// Compares the frames that a plan shows with those of a file, exactly.
template <class A>
void compare_frames(checks& out, const std::string& name, const A& stage,
                    const typename A::plan& plan, const std::vector<double>& want) {
    const int frames = static_cast<int>(want.size());
    pose<double> numbered({channel_layout::xy, frames, 1, 1}, frames);
    for (int t = 0; t < frames; ++t) numbered.view().at(0, t, 0) = numbered.view().at(1, t, 0) = t;
    auto got = view_of<A, double>(stage, plan, numbered.view());
    got.resize(want.size());
    out.close(name, std::span<const double>(got), std::span(want), 0);
}

/// Whole numbers of a file whose every array is float64.
inline std::vector<int> whole_in(const io::safetensors_file& file, const std::string& name) {
    std::vector<int> out;
    for (const double value : file.read<double>(name)) out.push_back(static_cast<int>(value));
    return out;
}

inline augment::frame_span span_in(const io::safetensors_file& file, const std::string& prefix) {
    return {whole_in(file, prefix + "start").at(0), whole_in(file, prefix + "length").at(0)};
}

inline augment::coordinate_perturbation::plan moved_in(const io::safetensors_file& file) {
    const auto joints = whole_in(file, "input/coord/joints");
    const auto directions = file.read<double>("input/coord/R");
    const std::size_t dimension = directions.size() / std::max<std::size_t>(joints.size(), 1);
    augment::coordinate_perturbation::plan plan;
    for (std::size_t i = 0; i < joints.size(); ++i) {
        auto& moved = plan.moved.at(i);
        moved.joint = joints[i];
        for (std::size_t c = 0; c < dimension; ++c)
            moved.direction.at(c) = directions.at(i * dimension + c);
    }
    plan.count = static_cast<int>(joints.size());
    return plan;
}

/// A matrix from its diagonal or from what stands off it, row by row, of two or three coordinates.
inline augment::matrix3 stretch_in(const io::safetensors_file& file, const std::string& name,
                                   bool diagonal) {
    const auto values = file.read<double>(name);
    const std::size_t d = values.size() == 2 ? 2 : 3;
    augment::matrix3 matrix = augment::identity3;
    std::size_t at = 0;
    for (std::size_t r = 0; r < d; ++r)
        for (std::size_t c = 0; c < d; ++c)
            if ((r == c) == diagonal) matrix[r][c] = values.at(at++);
    return matrix;
}

template <class... Ts>
void mg_augmentations(const io::safetensors_file& file, const io::json& config, checks& out) {
    // The cap of lambda is ours and not in the files.
    const augment::coordinate_perturbation coordinate{.tau = config.at("tau").get<double>(),
                                                      .cap = 1e9};
    const auto angles = file.read<double>("input/view/angles_xyz");
    const augment::view_perturbation::plan turned{{angles.at(0), angles.at(1), angles.at(2)}};
    const augment::frame_span repeated = span_in(file, "input/repeat/");
    const augment::frame_span reversed = span_in(file, "input/reverse/");
    const auto boundaries = whole_in(file, "input/posterize/boundaries");
    augment::posterize_time::plan posterized{static_cast<int>(boundaries.size()) - 1};
    for (std::size_t j = 0; j < boundaries.size(); ++j) posterized.boundaries.at(j) = boundaries[j];

    // The files count frames of the longer clip.
    auto shown = file.read<double>("output/repeat/index");
    for (double& frame : shown)
        if (frame >= repeated.start + repeated.length) frame -= repeated.length;
    compare_frames(out, "output/repeat/index", augment::repeat_clip{}, repeated, shown);
    compare_frames(out, "output/posterize/index", augment::posterize_time{}, posterized,
                   file.read<double>("output/posterize/index"));

    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        const pose<S> clip = frames_first<S>(file, "input/x");
        compare(out, file, "output/coord/lambda",
                std::vector<S>{static_cast<S>(coordinate.lambda(clip.view(), 0))});
        compare_view<S>(out, file, "output/coord/y", coordinate, moved_in(file));
        compare_view<S>(out, file, "output/view/y", augment::view_perturbation{}, turned);
        compare_view<S>(out, file, "output/repeat/y", augment::repeat_clip{}, repeated);
        compare_view<S>(out, file, "output/reverse/y", augment::reverse_clip{}, reversed);
        compare_view<S>(out, file, "output/posterize/y", augment::posterize_time{}, posterized);
        compare_view<S>(out, file, "output/stretch/shape_y", augment::stretch{},
                        {stretch_in(file, "input/stretch/shape", true)});
        compare_view<S>(out, file, "output/stretch/tilt_y", augment::stretch{},
                        {stretch_in(file, "input/stretch/tilt", false)});
    });
}

template <class... Ts>
void modality(const io::safetensors_file& file, const io::json& config, checks& out) {
    const int channels = config.at("C").get<int>();
    const pose_shape shape = shape_in(config, channels);
    const auto batch = config.at("batch").get<std::size_t>();
    std::vector<skeleton::joint_pair> bones;
    for (const auto& [child, parent] : config.at("bones").get<std::vector<std::array<int, 2>>>())
        bones.push_back({child, parent});
    in_precisions<Ts...>([&]<class T>(type_tag<T>) {
        using S = scalar_of<T>;
        const auto joints = file.read<S>("input/data");
        auto bone = joints, motion = joints;
        for (std::size_t n = 0; n < batch; ++n) {
            const std::size_t at = n * shape.size();
            const skeleton::pose_view<const S> clip{joints.data() + at, shape, shape.frames};
            skeleton::reference::bone(bones, clip, {bone.data() + at, shape, shape.frames});
            skeleton::reference::motion(clip, {motion.data() + at, shape, shape.frames});
        }
        const auto tokens = [&](const std::string& name, const std::vector<S>& values) {
            context ctx;
            const auto clips =
                backend_traits<T>::from_host(ctx, values, extents_of(file, "input/data"));
            const auto t = encode::temporal_tokens(ctx, clips);
            const auto s = encode::spatial_tokens(ctx, clips);
            expect(out, ctx, file, "output/" + name + "_t", t, bound<S>);
            expect(out, ctx, file, "output/" + name + "_s", s, bound<S>);
        };
        tokens("joint", joints);
        tokens("bone", bone);
        tokens("motion", motion);
    });
}

template <class... Ts>
void add_families(std::vector<family>& all) {
    all.insert(all.end(), {{"crop_resize", crop_resize<Ts...>},
                           {"spatial_augment", spatial_augment<Ts...>},
                           {"feeder_views", feeder_views<Ts...>},
                           {"modality", modality<Ts...>},
                           {"graph/mg_augmentations", mg_augmentations<Ts...>}});
}

}  // namespace MGKIT_NAMESPACE::golden::augment_group

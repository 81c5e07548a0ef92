// SPDX-License-Identifier: MIT
// Crop and resize, spatial perturbations, whole views of the feeder, streams and token layouts.
//
// Float bounds: 1e-6 where values are blended or mapped once from inputs near 1 (three roundings of
// 6e-8); 1e-5 against the float32 reference itself, whose sampling positions are off by 3e-6.
#pragma once

#include <array>
#include <cstddef>
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
                           {"modality", modality<Ts...>}});
}

}  // namespace MGKIT_NAMESPACE::golden::augment_group

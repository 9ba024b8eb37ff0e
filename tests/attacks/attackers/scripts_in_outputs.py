from IPython.display import HTML, Javascript, Latex, Markdown, display

broken_out = '"></script><script>alertMARK(43)</script>'
svg = (
    "<svg xmlns='http://www.w3.org/2000/svg' onload='alertMARK(41)'><script>alertMARK(42)</script>"
)

display(HTML(vectors), Markdown(vectors), Latex(vectors), Javascript("alertMARK(40)"))
display({"image/svg+xml": svg + "</svg>"}, raw=True)
display({"application/vnd.jupyter.widget-view+json": {"model_id": broken_out}}, raw=True)
display({"image/png": broken_out}, raw=True)
display({"application/json": {"a": broken_out}}, raw=True)
display({"image/png": "eA=="}, metadata={"image/png": {"width": broken_out}}, raw=True)
print(vectors)


def two_weights(x1, x2, k):
    print(vectors)
    display(HTML(vectors))
    raise type(vectors, (Exception,), {})(vectors)
